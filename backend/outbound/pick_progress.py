"""How a wave stands after a step: what is finished, whose tote is free again, what other locations give instead."""

from collections.abc import Mapping

from msgspec.structs import replace

from backend.facts.outbound import OrderPicked, WavePicked
from backend.outbound import pick_refusals as told
from backend.outbound.pick_list import PickAct, PickLine, PickSlot, PickSnapshot, PickWave, Spare
from backend.platform.journal import Fact


def is_finished(wave: PickWave, slot: PickSlot) -> bool:
    """Nothing more can be picked for the slot's order."""
    open_lines = any(each.remaining > 0 for each in wave.lines.values() if each.slot == slot.slot)
    return slot.cancelled or not (open_lines or slot.awaiting)


def finish(wave: PickWave, number: int) -> tuple[PickWave, tuple[Fact, ...]]:
    """The facts of a slot, and perhaps the whole wave, that has just been finished."""
    slot = wave.slots[number]
    if not is_finished(wave, slot):
        return wave, ()
    facts: list[Fact] = [
        OrderPicked(about=f"order:{slot.order_id}", order=slot.order, wave=wave.number, tote=told.body_of(slot.tote))
    ]
    if wave.state != "picked" and all(is_finished(wave, each) for each in wave.slots.values()):
        wave = replace(wave, state="picked")
        facts.append(WavePicked(about=f"wave:{wave.id}", number=wave.number))
    return wave, tuple(facts)


def free_empty_tote(snapshot: PickSnapshot, wave: PickWave, slot: PickSlot) -> tuple[PickSnapshot, PickWave]:
    """A tote out of which everything was taken is free again: undo is the cure for a wrongly chosen tote."""
    if slot.tote is None or any(each.picked for each in wave.lines.values() if each.slot == slot.slot):
        return snapshot, wave
    tote = snapshot.totes.get(slot.tote)
    totes = {**snapshot.totes, slot.tote: replace(tote, order="")} if tote else snapshot.totes
    wave = replace(wave, slots={**wave.slots, slot.slot: replace(slot, tote=None)})
    return replace(snapshot, totes=totes), wave


def take_spares(
    spares: Mapping[int, tuple[Spare, ...]], line: PickLine, wanted: int
) -> tuple[tuple[tuple[Spare, int], ...], Mapping[int, tuple[Spare, ...]]]:
    """Pieces at other locations instead; the location that was found short is not asked again."""
    taken: list[tuple[Spare, int]] = []
    left: list[Spare] = []
    for spare in spares.get(line.product_id, ()):
        pieces = 0 if spare.location_id == line.location_id else min(spare.free, wanted)
        if pieces > 0:
            taken.append((spare, pieces))
            wanted -= pieces
        left.append(replace(spare, free=spare.free - pieces))
    return tuple(taken), {**spares, line.product_id: tuple(left)}


def with_wave(snapshot: PickSnapshot, task: str, wave: PickWave) -> PickSnapshot:
    return replace(snapshot, waves={**snapshot.waves, task: wave})


def with_line(wave: PickWave, line: PickLine) -> PickWave:
    return replace(wave, lines={**wave.lines, line.id: line})


def with_act(wave: PickWave, act: PickAct) -> PickWave:
    return replace(wave, acts={**wave.acts, act.uid: act})
