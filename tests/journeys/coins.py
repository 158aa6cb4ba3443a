"""Two households of the small town, who earn coins; and what several journeys do for them."""

from datetime import datetime
from typing import Final

from playwright.sync_api import Page, expect
from sqlalchemy import select

from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.db import keyring
from kernel.work import Work
from people.models import Account, Household, Person
from people.queries import actor_of
from points import service
from tests.journeys.steps import fold, tap
from tests.journeys.still import StillTown, sign_in_by_phone
from tests.journeys.town import GRID, VILLAGE

GRANDSON, NEIGHBOUR = "13857123871", "13857123872"
HOME, NEXT_HOME = "QX0101", "QX0102"
OLD: Final = "王秀英"  # eighty, has no phone
# household, address, and who lives there, the head first, with the phone they have
HOMES: Final = (
    (HOME, "3幢201室", ((OLD, None), ("王小明", GRANDSON))),
    (NEXT_HOME, "3幢202室", (("周全", NEIGHBOUR),)),
)
FUNDS: Final = 200


def settle_homes(work: Work) -> None:
    """Register the households, and let the town give the village funds."""
    for number, address, people in HOMES:
        home = Household(area_code=GRID, number=number, address=address, opened_at=work.now())
        work.session.add(home)
        work.session.flush()
        for name, phone in people:
            work.session.add(
                Person(
                    name=name,
                    household_id=home.id,
                    is_head=name == people[0][0],
                    phone=phone,
                    phone_index=keyring().index(phone) if phone else None,
                    made_at=work.now(),
                )
            )
    work.session.flush()
    service.give_quota(work, VILLAGE, coins=FUNDS, key="first", by=staff(work, "sun"))


def staff(work: Work, login: str) -> Actor:
    """Return somebody of the staff."""
    person = work.session.scalars(select(Account.person_id).where(Account.login == login)).one()
    actor = actor_of(work.session, person)
    assert actor is not None
    return actor


def person(work: Work, name: str) -> Actor:
    """Return somebody of the households, as who is signed in."""
    found = [one for one in work.session.scalars(select(Person)) if one.name == name]
    return Actor(found[0].id)


def resident(still: StillTown, phone: str) -> Page:
    """Return the phone of a resident who has signed in, on 我的家."""
    page = still.phone()
    sign_in_by_phone(page, still, phone)
    expect(page.locator("h1")).to_have_text("我的家")
    return page


def follow(page: Page, *names: str) -> None:
    """Follow one link after the other, by their names."""
    for name in names:
        page.get_by_role("link", name=name, exact=True).first.click()


def desk_of_coins(page: Page) -> None:
    """Go by the menu to the reviewers' list; on a phone it stands under 更多."""
    tab = page.locator("nav.tabs").get_by_role("link", name="绿币")
    if tab.is_visible():
        tab.click()
    else:
        follow(page, "更多")
        page.locator("#more").get_by_role("link", name="绿币").click()
    expect(page.locator("h1")).to_have_text("绿币申报")


def other_desk(page: Page, name: str) -> None:
    """Go to what else there is about coins, which is folded below the list."""
    desk_of_coins(page)
    fold(page, "others")
    page.locator("#others").get_by_role("link", name=name, exact=True).click()


def passes(page: Page, name: str) -> None:
    """Open the claim that waits and pass it."""
    desk_of_coins(page)
    page.get_by_role("link", name=name).click()
    tap(page, "通过")
    expect(page.locator("#flash")).to_contain_text("记下了")


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """Return a moment of the town's year."""
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)
