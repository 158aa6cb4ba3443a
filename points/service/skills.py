"""What a volunteer says they can do, said and taken back."""

from collections.abc import Collection

from sqlalchemy import delete, select

from kernel.access import Actor
from kernel.work import Work
from people.models import Person
from points.errors import Unsaid
from points.models import VolunteerSkill
from points.rules.skills import LONGEST_SKILL, Skill


def say_skills(work: Work, skills: Collection[Skill], *, words: str, by: Actor) -> None:
    """Keep what somebody can do, instead of what they said before; nothing takes it all back.

    Raises:
        Unsaid: what "something else" is was not said, or at too great a length.
    """
    said = " ".join(words.split())
    if Skill.OTHER in skills and not said:
        raise Unsaid("选了“别的本事”，请写一写是什么")
    if len(said) > LONGEST_SKILL:
        raise Unsaid("最多写 %(most)s 个字，请删短一点", most=LONGEST_SKILL)
    work.session.scalars(select(Person.id).where(Person.id == by.id).with_for_update()).one()
    forget_skills(work, by.id)
    work.session.add_all(
        VolunteerSkill(
            person_id=by.id,
            skill=skill,
            words=said if skill is Skill.OTHER else "",
            at=work.now(),
        )
        for skill in sorted(set(skills))
    )
    work.session.flush()


def forget_skills(work: Work, person_id: int) -> None:
    """Forget what somebody said they can do."""
    work.session.execute(delete(VolunteerSkill).where(VolunteerSkill.person_id == person_id))
