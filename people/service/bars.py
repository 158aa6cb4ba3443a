"""Keeping people away from what is against them or their kin (回避)."""

from collections.abc import Iterable

from sqlalchemy import select

from kernel.work import Work
from people.events import SomebodyBarred
from people.models import Barred, Person
from people.queries import bars


def bar(work: Work, about: str, refs: Iterable[int], *, accused: Iterable[int]) -> frozenset[int]:
    """Keep *accused* and their kin away from things; return everybody who is away from them now.

    Again changes nothing, except that who was only near may turn out to be accused as well.
    """
    against = frozenset(accused)
    near = bars.near(work.session, against)
    for ref in sorted(set(refs)):
        _write(work, about, ref, {**dict.fromkeys(near, False), **dict.fromkeys(against, True)})
    return against | near


def spread(work: Work, about: str, refs: Iterable[int]) -> frozenset[int]:
    """Let who is kept away from one of several things, which belong together, be so from all."""
    together = sorted(set(refs))
    rows = work.session.execute(
        select(Barred.person_id, Barred.is_accused).where(
            Barred.about == about, Barred.ref.in_(together)
        )
    )
    people: dict[int, bool] = {}
    for person_id, is_accused in rows:
        people[person_id] = is_accused or people.get(person_id, False)
    for ref in together:
        _write(work, about, ref, people)
    return frozenset(people)


def bar_kin(work: Work, person_id: int, other_id: int) -> None:
    """Keep each of two who turn out to be kin away from what is against the other."""
    for one, other in ((person_id, other_id), (other_id, person_id)):
        against = work.session.execute(
            select(Barred.about, Barred.ref).where(Barred.person_id == one, Barred.is_accused)
        ).all()
        for about, ref in against:
            _write(work, about, ref, {other: False})


def bar_mates(work: Work, household_id: int | None) -> None:
    """Keep who lives in a household now away from what is against others who live there.

    Whoever came, or was taken on as staff, after somebody was accused is as near to them as
    whoever was there before.
    """
    against = work.session.execute(
        select(Barred.person_id, Barred.about, Barred.ref)
        .join(Person, Person.id == Barred.person_id)
        .where(Person.household_id == household_id, Barred.is_accused)
    ).all()
    for person_id, about, ref in against:
        bar(work, about, [ref], accused=[person_id])


def _write(work: Work, about: str, ref: int, people: dict[int, bool]) -> None:
    """Write what is not there yet, and say so to whoever has to take something away."""
    fresh = False
    for person_id, is_accused in sorted(people.items()):
        row = work.session.get(Barred, (person_id, about, ref))
        if row is None:
            fresh = True
            work.session.add(
                Barred(
                    person_id=person_id,
                    about=about,
                    ref=ref,
                    is_accused=is_accused,
                    barred_at=work.now(),
                )
            )
        else:
            row.is_accused = row.is_accused or is_accused
    if fresh:
        work.session.flush()
        work.announce(SomebodyBarred(about=about, ref=ref))
