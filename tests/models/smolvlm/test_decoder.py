"""Decoding against transformers': see tools/make_smolvlm_goldens.py."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from models.smolvlm.decoder import Decoding, SmolNetwork
from models.smolvlm.graphs import open_graphs
from models.smolvlm.processing import in_tiles, whole
from models.smolvlm.settings import GRAPHS
from tests.models.smolvlm.toys import QUESTION, SYSTEM, TILE, TOY, answers, parts, picture
from vision.errors import ModelError, NoAnswer

STEPS = 32
WITHIN = 1e-3


def prompt(loaded, mode):
    """Tokens and embeddings of the goldens' prompt."""
    bgr = picture().bgr()
    settings = loaded.settings
    tiles = whole(bgr, settings) if mode == "fast" else in_tiles(bgr, settings, 2 * TILE)
    ids = loaded.chat.encode(SYSTEM, QUESTION, [tiles])
    features = loaded.network.look(tiles.pixels)
    return ids, loaded.network.prompt(ids, loaded.chat.image, features)


def decoded(loaded, embeddings):
    """The likeliest tokens and the logits of all steps."""
    decoding, logits = Decoding(loaded.network), []
    for _ in range(STEPS):
        logits.append(decoding.step(embeddings))
        embeddings = loaded.network.embed([int(logits[-1].argmax())])
    return [int(each.argmax()) for each in logits], np.stack(logits)


@pytest.mark.parametrize("mode", ["fast", "detailed"])
def test_tokens_and_logits_are_those_of_transformers(mode):
    golden_ids, golden_tokens, golden_logits = answers(mode)
    ids, embeddings = prompt(parts(), mode)
    tokens, logits = decoded(parts(), embeddings)
    assert ids == golden_ids
    assert tokens == golden_tokens
    assert len(tokens) == STEPS
    assert np.abs(logits - golden_logits).max() < WITHIN


def test_half_precision_finds_the_same_tokens():
    _, golden_tokens, golden_logits = answers("fast")
    _, embeddings = prompt(parts("_fp16"), "fast")
    tokens, logits = decoded(parts("_fp16"), embeddings)
    assert tokens == golden_tokens
    assert np.abs(logits - golden_logits).max() < 0.1


def test_four_bits_load_and_stay_near():
    """Random weights lose more to four bits than trained ones, so only the first step is held."""
    _, _, golden_logits = answers("fast")
    _, embeddings = prompt(parts("_q4"), "fast")
    tokens, logits = decoded(parts("_q4"), embeddings)
    assert len(tokens) == STEPS
    assert np.corrcoef(logits[0], golden_logits[0])[0, 1] > 0.9


def test_the_graphs_have_the_hubs_inputs_and_outputs():
    graphs, _ = open_graphs({part: TOY / "onnx" / f"{part}.onnx" for part in GRAPHS}, device="cpu")
    past = {f"past_key_values.{n}.{kind}" for n in (0, 1) for kind in ("key", "value")}
    decoder = graphs["decoder_model_merged"]
    assert set(decoder.shapes) == past | {"inputs_embeds", "attention_mask", "position_ids"}
    assert decoder.outputs[0] == "logits"
    assert set(decoder.outputs[1:]) == {each.replace("past_key_values", "present") for each in past}
    assert set(graphs["vision_encoder"].shapes) == {"pixel_values", "pixel_attention_mask"}


def test_two_answers_in_the_making_do_not_disturb_each_other():
    _, embeddings = prompt(parts(), "fast")
    network = parts().network
    one, other = Decoding(network).tokens(embeddings), Decoding(network).tokens(embeddings)
    turns = [(next(one), next(other)) for _ in range(8)]
    assert [each for each, _ in turns] == [each for _, each in turns] == answers("fast")[1][:8]


def test_features_have_to_fit_their_places():
    network, image = parts().network, parts().chat.image
    with pytest.raises(ModelError, match="0 image features for 1 places"):
        network.prompt([1, image], image, None)
    with pytest.raises(ModelError, match="2 image features for 1 places"):
        network.prompt([1, image], image, np.zeros((2, 32), np.float32))


def test_numbers_that_overflow_end_the_answer():
    _, embeddings = prompt(parts(), "fast")
    with pytest.raises(NoAnswer, match="overflowed"):
        next(Decoding(parts().network).tokens(embeddings * np.nan))


def decoder_with(tmp_path, change):
    """The toy's decoder with its description changed, among the other graphs."""
    model = onnx.load(TOY / "onnx" / "decoder_model_merged.onnx")
    change(model.graph)
    path = tmp_path / "decoder.onnx"
    onnx.save(model, path)
    paths = {part: TOY / "onnx" / f"{part}.onnx" for part in GRAPHS}
    graphs, _ = open_graphs(paths | {GRAPHS[2]: path}, device="cpu", threads=1)
    return graphs


def unnamed_heads(graph):
    for each in graph.input:
        if each.name.startswith("past"):
            sides = each.type.tensor_type.shape.dim
            sides[1].dim_param, sides[3].dim_param = "heads", "size"


def test_sizes_that_the_graph_does_not_tell_come_from_the_settings(tmp_path):
    graphs = decoder_with(tmp_path, unnamed_heads)
    network = SmolNetwork(graphs, parts().settings)
    assert network.cache == parts().network.cache
    assert set(network.cache.values()) == {(1, 2, 0, 8)}
    other = SmolNetwork(graphs, replace(parts().settings, heads=3, head_size=5))
    assert set(other.cache.values()) == {(1, 3, 0, 5)}


def test_a_decoder_that_can_spare_logits_is_told_how_many_to_keep(tmp_path):
    count = helper.make_tensor_value_info("num_logits_to_keep", TensorProto.INT64, [])
    graphs = decoder_with(tmp_path, lambda graph: graph.input.append(count))
    network = SmolNetwork(graphs, parts().settings)
    _, embeddings = prompt(parts(), "fast")
    assert next(Decoding(network).tokens(embeddings)) == answers("fast")[1][0]


def test_a_decoder_that_takes_other_inputs_is_refused(tmp_path):
    flag = helper.make_tensor_value_info("use_cache_branch", TensorProto.BOOL, [1])
    graphs = decoder_with(tmp_path, lambda graph: graph.input.append(flag))
    with pytest.raises(ModelError, match=r"not those of SmolVLM's .* use_cache_branch"):
        SmolNetwork(graphs, parts().settings)


def test_graphs_in_the_wrong_places_are_refused():
    paths = dict.fromkeys(GRAPHS, TOY / "onnx" / "embed_tokens.onnx")
    graphs, _ = open_graphs(paths, device="cpu")
    with pytest.raises(ModelError, match="no image_features, pixel_values"):
        SmolNetwork(graphs, parts().settings)
