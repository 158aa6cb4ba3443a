"""Which role holds which permission, and how far it reaches: one table.

It says the same as ``domain/roles_permissions.csv``, which a test compares with it.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.permissions import Permission


class Role(StrEnum):
    """A hat a person may wear, always somewhere.  In the order of the table's columns."""

    RESIDENT = "resident"
    GRID_FULL = "grid_full"
    GRID_PART = "grid_part"
    GRID_LEADER = "grid_leader"
    POLICE_AUX = "police_aux"
    VILLAGE_ADMIN = "village_admin"
    TOWN_ADMIN = "town_admin"
    DISTRICT_CMD = "district_cmd"
    DEPT_HANDLER = "dept_handler"
    MEDIATOR = "mediator"
    SHOP_VOLUNTEER = "shop_volunteer"
    PLACE_OWNER = "place_owner"
    LANDLORD = "landlord"
    AUDITOR = "auditor"
    SYSADMIN = "sysadmin"


class Scope(StrEnum):
    """How far a permission reaches from where the hat is worn."""

    OWN = "own"  # oneself, one's household, one's place
    ASSIGNED = "asg"  # the one thing it is one's turn to do
    GRID = "grid"
    VILLAGE = "vil"
    TOWN = "town"
    DISTRICT = "dist"
    DEPARTMENT = "dept"  # what one's department has been given
    ALL = "all"


# One line per permission; the columns are the roles in their order, "-" is no.
_TABLE: Final = """
activity:confirm        -    -    -    grid -    vil  town -    -    own  -    -    -    -    -
activity:join           own  -    -    -    -    -    -    -    -    own  own  own  own  -    -
activity:publish        -    -    -    grid -    vil  town -    -    own  -    -    -    -    -
activity:sign-in        -    -    -    grid -    vil  town -    -    own  -    -    -    -    -
audit:access-log-read   -    -    -    -    -    -    -    -    -    -    -    -    -    all  all
audit:log-read          -    -    -    -    -    -    -    -    -    -    -    -    -    all  all
board:report-read       -    -    -    grid -    vil  town dist dept -    -    -    -    -    -
board:screen            -    -    -    -    -    -    town dist -    -    -    -    -    -    -
case:accept             -    asg  asg  asg  asg  asg  asg  asg  asg  -    -    -    -    -    -
case:admit              -    -    -    -    -    -    town -    dept -    -    -    -    -    -
case:assign             -    -    -    -    -    -    town dist dept -    -    -    -    -    -
case:classify           -    asg  asg  asg  asg  asg  town dist asg  -    -    -    -    -    -
case:confirm            own  -    -    -    -    -    -    -    -    own  own  own  own  -    -
case:contact-read       -    asg  asg  asg  asg  asg  asg  asg  asg  -    -    -    -    -    -
case:content-read       own  asg  asg  asg  asg  asg  asg  asg  asg  own  own  own  own  -    -
case:escalate           -    asg  asg  grid asg  asg  town -    asg  -    -    -    -    -    -
case:extend             -    asg  asg  asg  asg  asg  asg  asg  asg  -    -    -    -    -    -
case:extend-approve     -    -    -    -    -    -    town dist -    -    -    -    -    -    -
case:handle             -    asg  asg  asg  asg  asg  asg  asg  asg  -    -    -    -    -    -
case:hang-approve       -    -    -    -    -    -    -    dist -    -    -    -    -    -    -
case:merge              -    -    -    -    -    -    town -    dept -    -    -    -    -    -
case:object             own  -    -    -    -    -    -    -    -    own  own  own  own  -    -
case:object-decide      -    -    -    -    -    -    -    dist dept -    -    -    -    -    -
case:patrol             -    grid grid grid grid vil  -    -    -    -    -    -    -    -    -
case:pause              -    asg  asg  asg  asg  asg  asg  asg  asg  -    -    -    -    -    -
case:rate               own  -    -    -    -    -    -    -    -    own  own  own  own  -    -
case:read               -    grid grid grid grid vil  town dist dept -    -    -    -    all  -
case:reassign           -    -    -    grid -    asg  town dist dept -    -    -    -    -    -
case:reject             -    -    -    -    -    -    town -    dept -    -    -    -    -    -
case:reopen             own  -    -    -    -    -    -    -    -    own  own  own  own  -    -
case:report             own  -    -    -    -    -    -    -    -    own  own  own  own  -    -
case:report-for         -    grid grid grid -    vil  town -    -    -    -    -    -    -    -
case:return             -    asg  asg  asg  asg  asg  asg  asg  asg  -    -    -    -    -    -
case:supplement         own  -    -    -    -    -    -    -    -    own  own  own  own  -    -
case:track              own  -    -    -    -    -    -    -    -    own  own  own  own  -    -
case:urge               own  -    -    -    -    -    -    -    -    own  own  own  own  -    -
case:verify             -    grid grid grid -    -    town asg  dept -    -    -    -    -    -
case:whistle            -    -    -    -    -    -    town dist -    -    -    -    -    -    -
case:whistle-confirm    -    -    -    -    -    -    town dist -    -    -    -    -    -    -
case:whistle-sign       -    -    -    -    -    -    -    -    dept -    -    -    -    -    -
case:withdraw           own  -    -    -    -    -    -    -    -    own  own  own  own  -    -
claim:appeal            own  -    -    -    -    -    -    -    -    -    -    own  own  -    -
claim:appeal-decide     -    -    -    -    -    -    town dist -    -    -    -    -    -    -
claim:deduct            -    -    -    -    -    vil  town -    -    -    -    -    -    -    -
claim:evidence-read     own  -    -    -    -    vil  town dist -    -    -    -    -    all  -
claim:file              own  -    -    -    -    -    -    -    -    own  -    own  own  -    -
claim:file-for          vil  grid grid grid -    vil  -    -    -    -    -    -    -    -    -
claim:first-review      -    -    -    -    -    vil  -    -    -    -    -    -    -    -    -
claim:read              own  -    -    -    -    vil  town dist -    -    -    -    -    all  -
claim:sample            -    -    -    -    -    -    town -    -    -    -    -    -    -    -
claim:second-review     -    -    -    -    -    -    town -    -    -    -    -    -    -    -
claim:third-review      -    -    -    -    -    -    -    dist -    -    -    -    -    -    -
claim:warning-read      -    -    -    -    -    -    town dist -    -    -    -    -    all  -
complaint:answer        -    -    -    -    -    -    town dist -    -    -    -    -    all  -
complaint:file          own  -    -    -    -    -    -    -    -    own  own  own  own  -    -
complaint:read          -    -    -    -    -    -    town dist -    -    -    -    -    all  -
duty:edit               -    -    -    grid -    -    town -    -    -    -    -    -    -    -
duty:read               -    grid grid grid grid vil  town dist -    -    -    -    -    -    -
exchange:close          -    -    -    -    -    vil  -    -    -    -    vil  -    -    -    -
exchange:confirm        -    -    -    -    -    vil  -    -    -    -    vil  -    -    -    -
exchange:redeem         -    -    -    -    -    -    -    -    -    -    vil  -    -    -    -
exchange:setup          -    -    -    -    -    vil  town -    -    -    -    -    -    -    -
exchange:undo           -    -    -    -    -    -    -    -    -    -    vil  -    -    -    -
gift:edit               -    -    -    -    -    vil  town -    -    -    vil  -    -    -    -
household:card-block    own  -    -    -    -    vil  -    -    -    -    vil  -    -    -    -
household:edit          -    -    -    -    -    vil  town -    -    -    -    -    -    -    -
household:import        -    -    -    -    -    -    town dist -    -    -    -    -    -    -
household:join          own  -    -    -    -    -    -    -    -    -    -    -    -    -    -
household:join-approve  own  -    -    -    -    vil  -    -    -    -    -    -    -    -    -
household:merge         -    -    -    -    -    vil  town -    -    -    -    -    -    -    -
household:move          -    -    -    -    -    vil  town -    -    -    -    -    -    -    -
household:read          own  grid grid grid -    vil  town -    -    -    -    -    -    -    -
household:split         -    -    -    -    -    vil  town -    -    -    -    -    -    -    -
ledger:month-close      -    -    -    -    -    vil  town -    -    -    -    -    -    -    -
ledger:publish          -    -    -    -    -    vil  town -    -    -    -    -    -    -    -
ledger:quota            -    -    -    -    -    -    town dist -    -    -    -    -    -    -
ledger:read             own  -    -    -    -    vil  town dist -    own  -    own  own  all  -
ledger:reversal-read    -    -    -    -    -    -    town dist -    -    -    -    -    all  -
ledger:reverse          -    -    -    -    -    -    town dist -    -    -    -    -    -    -
mediation:accept        -    -    -    -    asg  -    -    -    -    asg  -    -    -    -    -
mediation:agree         -    -    -    -    -    -    -    -    -    asg  -    -    -    -    -
mediation:assign        -    -    -    -    -    vil  town dist -    -    -    -    -    -    -
mediation:file-read     -    -    -    -    asg  vil  town dist -    asg  -    -    -    -    -
mediation:pass-up       -    -    -    -    -    vil  town -    -    -    -    -    -    -    -
mediation:reassign      -    -    -    -    -    vil  town dist -    -    -    -    -    -    -
mediation:record        -    -    -    -    asg  -    -    -    -    asg  -    -    -    -    -
mediation:request       own  grid -    -    -    vil  -    -    -    -    -    -    -    -    -
meeting:decide          -    -    -    vil  -    vil  -    -    -    -    -    -    -    -    -
meeting:evaluate        own  own  -    -    -    -    -    -    -    -    -    -    -    -    -
meeting:hold            -    -    -    vil  -    vil  -    -    -    -    -    -    -    -    -
meeting:propose         own  own  -    -    -    -    -    -    -    -    -    -    -    -    -
meeting:support         own  own  -    -    -    -    -    -    -    -    -    -    -    -    -
meeting:task            -    -    -    vil  -    vil  -    -    -    -    -    -    -    -    -
person:copy             own  -    -    -    -    -    -    -    -    -    -    own  own  -    -
person:correct          own  -    -    -    -    -    -    -    -    -    -    own  own  -    -
person:delete           own  -    -    -    -    -    -    -    -    -    -    own  own  -    -
person:read             own  -    -    -    -    -    -    -    -    -    -    own  own  -    -
place:color-read        all  all  all  all  all  all  all  all  all  all  all  all  all  all  all
place:fix               -    -    -    -    -    -    -    -    -    -    -    own  own  -    -
place:green             -    -    -    -    -    -    town -    dept -    -    -    -    -    -
place:inspect           -    grid -    -    grid -    town dist dept -    -    -    -    -    -
place:joint-inspect     -    grid -    -    grid -    town dist dept -    -    -    -    -    -
place:read              -    grid grid -    -    -    town dist dept -    -    own  -    -    -
place:self-check        -    -    -    -    -    -    -    -    -    -    -    own  own  -    -
place:self-check-for    -    grid -    -    -    -    -    -    -    -    -    -    -    -    -
place:spot-check        -    grid -    -    grid -    town dist dept -    -    -    -    -    -
qr:hang                 -    grid grid grid -    vil  -    -    -    -    -    -    -    -    -
qr:order                -    -    -    -    -    vil  town dist -    -    -    -    -    -    -
qr:print                -    -    -    -    -    vil  town dist -    -    -    -    -    -    -
qr:read                 -    grid grid grid -    vil  town dist -    -    -    -    -    -    -
qr:replace              -    -    -    -    -    vil  town -    -    -    -    -    -    -    -
qr:revoke               -    -    -    -    -    vil  town dist -    -    -    -    -    -    -
rule:edit               -    -    -    -    -    -    -    dist -    -    -    -    -    -    -
rule:switch             -    -    -    -    -    -    town dist -    -    -    -    -    -    -
sos:answer              -    grid -    -    grid -    town dist -    -    -    -    -    -    -
sos:handle              -    grid -    -    grid -    town dist -    -    -    -    -    -    -
sos:trigger             own  -    -    -    -    -    -    -    -    -    -    -    -    -    -
stock:count             -    -    -    -    -    vil  town -    -    -    vil  -    -    -    -
stock:move              -    -    -    -    -    vil  town -    -    -    vil  -    -    -    -
stock:read              -    -    -    -    -    vil  town -    -    -    vil  -    -    all  -
system:admission-edit   -    -    -    -    -    -    town dist -    -    -    -    -    -    -
system:area-edit        -    -    -    -    -    -    town dist -    -    -    -    -    -    all
system:backup           -    -    -    -    -    -    -    -    -    -    -    -    -    -    all
system:calendar-edit    -    -    -    -    -    -    -    dist -    -    -    -    -    -    all
system:parked-read      -    -    -    -    -    -    -    -    -    -    -    -    -    -    all
system:parked-retry     -    -    -    -    -    -    -    -    -    -    -    -    -    -    all
system:restore          -    -    -    -    -    -    -    -    -    -    -    -    -    -    all
system:staff-edit       -    -    -    -    -    -    town dist -    -    -    -    -    -    all
tenancy:check           -    grid -    -    grid vil  -    -    -    -    -    -    -    -    -
tenancy:export          -    -    -    -    grid -    town -    -    -    -    -    -    -    -
tenancy:room-register   own  grid grid -    -    vil  -    -    -    -    -    -    own  -    -
tenancy:tenant-register own  grid grid -    -    vil  -    -    -    -    -    -    own  -    -
"""


def _read(table: str) -> dict[Permission, Mapping[Role, Scope]]:
    lines = [line.split() for line in table.strip().splitlines()]
    return {
        Permission(name): MappingProxyType(
            {role: Scope(cell) for role, cell in zip(Role, cells, strict=True) if cell != "-"}
        )
        for name, *cells in lines
    }


GRANTS: Final[Mapping[Permission, Mapping[Role, Scope]]] = MappingProxyType(_read(_TABLE))
