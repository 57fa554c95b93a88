"""English words that could be mistaken for things that detectors see."""

from __future__ import annotations

_NO_TYPOS_WORDS = """
house houses course force there where these those three other about above class floor light
shirt shirts brush crowd grass plate plates stair stairs chain hairs print paint trunk track
tracks trick books board birth third steak start stand plant planet place plane could would
should right table cable fable tales glasses clocks block clouds looks cloak bottom battle
button mitten kitchen cartoon person reason season parent orange change strange bench beach
reach branch lunch touch coach watch peach horns bread forks works walks speak spoons moon phone
stone alone drone horde worse nurse purse since sunk truth train brain trail cars cards beard
keyboards laptops sheet sleep steep cheap shape sharp short skirt
"""
NO_TYPOS = frozenset(_NO_TYPOS_WORDS.split())
"""Words of five letters and more that are like a label, and are not meant for one."""

_OTHERS_LINES = """
bus stop
bus station
bus driver
train station
train track
train tracks
car park
car key
car keys
car door
dog food
dog lead
cat food
phone number
phone charger
phone case
laptop charger
bottle opener
table lamp
bed room
book shelf
cup holder
person in charge
orange juice
apple juice
toilet paper
toilet door
chair lift
bird song
clock tower
tie rack
light switch
boat house
bus stop
bus station
bus driver
train station
train track
train tracks
car park
car key
car keys
car door
dog food
dog lead
cat food
phone number
phone charger
phone case
laptop charger
bottle opener
table lamp
bed room
book shelf
cup holder
person in charge
orange juice
apple juice
toilet paper
toilet door
chair lift
bird song
clock tower
tie rack
light switch
boat house
"""
OTHERS = frozenset(_OTHERS_LINES.split("\n")) - {""}
"""Words that have a name of a thing in them, and mean another."""
