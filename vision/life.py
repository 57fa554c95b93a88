"""What is known of a thing that is followed, beside where it is, and the rules of its life."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp

from vision.kalman import Noise
from vision.types import TrackId

ROUNDING = 1e-6
"Seconds by which sums of times may be off."
FAINT_VOTE = 1e-3
"A class whose vote faded below it is forgotten."


@dataclass(frozen=True, slots=True)
class TrackerConfig:
    """Thresholds of the tracker. Scores and overlaps are 0…1, times seconds."""

    sure_score: float = 0.55
    "Detections from here on are associated first, and may begin tracks."
    least_score: float = 0.35
    "Detections below it show nothing that was not shown."
    low_score: float = 0.25
    "Detections below it are not taken for what is shown."
    faint_score: float = 0.1
    "Detections below it are ignored."
    instant_score: float = 0.65
    "A detection this sure is a track at once; a lesser one when the next result confirms it."
    steady_score: float = 0.49
    "What is believed at least so much for a while is a track, however unsure each detection is."
    steady_for: float = 0.2
    "That while."
    least_overlap: float = 0.2
    "Overlap with the prediction that makes a sure detection belong to a track."
    least_overlap_unsure: float = 0.4
    "The same for a detection that is not sure."
    least_overlap_faint: float = 0.5
    "The same for one that is fainter still."
    duplicate_overlap: float = 0.7
    "What overlaps something better by more is the same thing."
    most_doubt: float = 0.3
    "Share of its own size by which, at most, doubt widens a box in the last round."
    other_class: float = 0.3
    "Share of its overlap that a pair of different classes loses."
    label_memory: float = 2.0
    "Seconds over which a track forgets what classes its detections spoke for."
    lost_for: float = 2.0
    "An object unseen for longer is given up; its id is not used again."
    faint_for: float = 0.35
    "The same for what was never more than faint."
    belief_memory: float = 0.3
    "Seconds over which belief in a track follows the scores of its detections."
    belief_unseen: float = 0.8
    "Seconds over which belief in a track fades that the newest results lack."
    shown_missed: float = 0.4
    "An object that the newest result lacks is shown until unseen for this long."
    shown_stale: float = 1.5
    "No object is shown that is unseen for longer: the detector may have stalled."
    least_in_view: float = 0.9
    "An object that the newest result lacks is not shown with less of its box in the picture."
    noise: Noise = field(default_factory=Noise)
    "How boxes are expected to behave."


@dataclass(slots=True)
class Life:
    """What is known of a thing that is followed."""

    key: int
    "Tells it from all others."
    seen_at: float
    "Time of its last detection."
    score: float
    "Of its last detection."
    label: int
    "The class that most of its detections spoke for."
    votes: dict[int, float]
    "What its detections spoke for, faded."
    belief: float
    "The score that its detections had lately."
    begun_at: float
    "Time of its first detection."
    cut: tuple[bool, ...] = (False, False, False, False)
    "Which sides of its last detection the picture's edge cut off: left, top, right, bottom."
    sure: bool = False
    "Whether it is a track, or its last detection was a sure one."
    confirmed: bool = False
    "Whether a sure detection of it was confirmed by another."
    id: TrackId | None = None
    "That of a track."

    @classmethod
    def begun(cls, key: int, t: float, label: int, score: float) -> Life:
        """One that a detection begins."""
        votes = {label: score}
        return cls(key, t, score, label, votes, belief=score, begun_at=t)

    def confirm(self, t: float, label: int, score: float, config: TrackerConfig) -> None:
        """A detection at ``t`` is of it."""
        past = self.seen_at - t
        self._vote(label, score, exp(past / config.label_memory))
        self.belief += (score - self.belief) * (1 - exp(past / config.belief_memory))
        self.confirmed |= self.sure and score >= config.least_score
        self.sure |= score >= config.sure_score
        self.seen_at, self.score = t, score

    def _vote(self, label: int, score: float, faded: float) -> None:
        if len(self.votes) == 1 and label in self.votes:
            self.votes[label] = self.votes[label] * faded + score
            return
        votes = {
            known: left for known, vote in self.votes.items() if (left := vote * faded) > FAINT_VOTE
        }
        # Fading changes no order, so only the class that is spoken for can become the first.
        vote, leading = votes.get(label, 0.0) + score, votes.get(self.label, 0.0)
        votes[label] = vote
        if vote > leading or (vote == leading and label < self.label):
            self.label = label
        self.votes = votes

    def belief_at(self, t: float, config: TrackerConfig) -> float:
        """The belief in it, faded by how long it is unseen."""
        return self.belief * exp((self.seen_at - t) / config.belief_unseen)

    def worth(self, t: float, config: TrackerConfig) -> float:
        """Tells what to give up first where there is no room for all: what is worth the least.

        That of a detection is its score, and 1 more if it is a sure one. What was never sure is
        worth less than any sure detection, a track that was just seen more, and what is between
        them is weighed.
        """
        seen_track = self.id is not None and self.seen_at == t
        return self.belief_at(t, config) + self.sure + seen_track

    @property
    def shares(self) -> dict[int, float]:
        """What its detections spoke for, each with its votes as a share of the label's: 0…1."""
        return {known: vote / self.votes[self.label] for known, vote in self.votes.items()}

    def proven(self, config: TrackerConfig) -> bool:
        """Whether it may be shown.

        It may when its newest detection is very sure or confirms a sure one, and when it was seen
        badly but steadily.
        """
        if self.confirmed or self.score >= config.instant_score:
            return True
        lasting = self.seen_at - self.begun_at >= config.steady_for - ROUNDING
        return lasting and self.belief >= config.steady_score
