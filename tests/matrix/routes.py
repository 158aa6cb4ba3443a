"""Every address of the staff's side: under which permission, and about which planted thing.

One line for each: endpoint, permission as the domain calls it, thing.  Of a thing's address the
planted names fill the gaps.  ``-`` is no thing at all: a list, whose rows are looked at for words
of elsewhere.  A further word narrows or widens whom the permission alone would let in:

``only:A,B``  among those who reach it only these roles, since the domain's words say so
``also:P:A``  beside those who reach it, role A where it reaches the thing under permission P
              (``*`` is whoever holds it; ``departments`` and ``desks`` are groups of roles)
``any``       whoever holds the permission, wherever it lies (a number tells the state)
``state``     who reaches it may be told that this is not its moment, or not theirs to do (409, 403)
``part``      and that the part of it which the form names is not there (404); of a card, that the
              household whose page it stands on is not theirs to read
``choice``    a place of others is no choice of the form: it comes back as it was (422)
``moment``    who may read it all the same hears that it lies elsewhere (409)
``gone``      what is not theirs is answered like what is gone already (303), and stays
``rings``     they have to ring the resident, and so read what was said
``led``       who finds nothing of theirs there is led on to the list (303)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_TABLE: Final = """
grid.queue                case:handle           -
grid.live_queue           case:handle           -
grid.to_verify            case:verify           -
grid.desk                 case:read             -
grid.export               case:read             -
grid.department           case:whistle-sign     -
grid.waiting              case:read             -
grid.outside              case:read             -
grid.night                case:assign           -
grid.patrol               case:patrol           -
grid.hand_over            case:reassign         -
grid.duty                 duty:read             -
grid.hours                duty:read             -
grid.phrases              system:area-edit      -
grid.systems              system:area-edit      -
grid.add_duty             duty:edit             area
grid.copy_duty            duty:edit             area
grid.add_hours            duty:edit             area        choice
grid.remove_hours         duty:edit             hours
grid.add_phrase           system:area-edit      area        choice
grid.change_duty          duty:edit             line
grid.remove_duty          duty:edit             line
grid.remove_phrase        system:area-edit      phrase gone
grid.case                 case:read             handling    also:case:content-read:*
grid.accept               case:accept           dispatched  state
grid.sign                 case:accept           dispatched  also:case:read:dept_handler state
grid.on_my_way            case:handle           handling
grid.log_call             case:handle           handling
grid.report_result        case:handle           handling
grid.contact              case:contact-read     handling
grid.copy_out             case:content-read     handling
grid.note                 case:content-read     handling
grid.voice_line           case:content-read     handling
grid.accused_page         case:content-read     handling    also:case:classify:*
grid.accuse               case:content-read     handling    also:case:classify:*
grid.answer               case:content-read     handling    also:case:classify:* part state
grid.classify             case:classify         handling
grid.give_back            case:return           handling    state
grid.escalate             case:escalate         handling    state
grid.pause                case:pause            handling    state
grid.resume               case:pause            handling    state
grid.ask                  case:handle           handling    state
grid.extend               case:extend           handling    state
grid.approve              case:extend-approve   handling    state
grid.file                 case:content-read     handling
grid.ask_help             case:handle           handling    only:departments state
grid.ask_handover         case:handle           handling    only:departments state
grid.external             case:handle           handling    also:case:read:desks
grid.give_link            case:handle           handling    also:case:read:desks state
grid.unit_call            case:handle           handling    also:case:read:desks state
grid.revoke_link          case:handle           handling    also:case:read:desks state
grid.answer_help          case:read             handling    only:desks
grid.decide_handover      case:reassign         handling    only:desks
grid.verify               case:verify           to_verify   state
grid.send_back            case:verify           to_verify   state
grid.spot_check           case:verify           spot        state
grid.admit                case:admit            submitted   state
grid.reject               case:reject           submitted   state
grid.assign               case:reassign         handling    state
grid.give                 case:reassign         handling    state
grid.merge                case:merge            handling    state
grid.join                 case:merge            handling    state part
grid.judge                case:object-decide    objected    state
grid.desk_knows           case:assign           dispatched  state
grid.desk_goes            case:assign           dispatched  state
grid.supervisor_call      case:read             spot        only:village_admin rings
grid.call_contact         case:read             spot        only:village_admin rings
grid.log_supervisor_call  case:read             spot        only:village_admin rings
grid.hand_over_person     case:reassign         worker      state led
grid.give_over            case:reassign         worker      state
citizen.counter           case:report-for       -
citizen.find              case:report-for       -
citizen.spot              case:report-for       -
citizen.counter_receipt   case:report-for       receipt     any
citizen.counter_slip      case:report-for       receipt     any
citizen.counter_say       case:report-for       receipt     any
citizen.counter_coins     case:report-for       receipt     any
complaints.listed         complaint:read        -
complaints.detail         complaint:read        complaint
complaints.file           complaint:read        complaint   part
complaints.answer         complaint:answer      complaint   only:town_admin state moment
complaints.pass_up        complaint:answer      complaint   only:town_admin state moment
complaints.name           complaint:answer      complaint   only:town_admin state moment
complaints.contact        complaint:answer      complaint   only:town_admin state moment
points.claims             claim:read            -
points.claim              claim:read            claim
points.review             claim:read            claim       state
points.approve            claim:read            -
points.picture            claim:evidence-read   claim       part
points.funds              ledger:quota          -
points.plan               ledger:quota          -
points.months             ledger:read           -
points.expiring           ledger:read           -
points.household_book     ledger:read           household
points.household_naming   household:edit        household
points.month              ledger:read           month
points.month_print        ledger:read           month
points.month_csv          ledger:read           month
points.month_xlsx         ledger:read           month
points.sign               ledger:month-close    month       state
points.publish            ledger:publish        month       state
points.showing            ledger:publish        month
points.answer_objection   ledger:publish        objection   state
points.ruling             rule:switch           -
points.rules_new          rule:edit             -
points.rules_decide       rule:edit             -           state part
points.rules_narrow       rule:switch           rule        any choice
points.deductions         claim:read            -
points.deduction_new      claim:deduct          -
points.deduction          claim:read            deduction
points.deduction_check    claim:deduct          deduction   state
points.deduction_decide   claim:second-review   deduction   state
points.appeals            claim:appeal-decide   -
points.appeal_decide      claim:appeal-decide   appeal      state
points.adjustments        ledger:read           -
points.adjustment_new     household:merge       -
points.adjustment         ledger:read           adjustment
points.adjustment_decide  ledger:reverse        adjustment  state
points.adjustment_withdraw household:merge      adjustment  state
points.appeal_confirm     claim:appeal-decide   appeal      state
points.openings           ledger:quota          -
points.opening_template   ledger:quota          -
points.opening            ledger:quota          opening
points.opening_decide     ledger:quota          opening     state
points.opening_line       ledger:reverse        brought
points.undo_propose       ledger:reverse        brought     state
points.undo_decide        ledger:reverse        brought     state
points.undo_withdraw      ledger:reverse        brought     state
points.return_propose     ledger:reverse        returned    state
points.return_decide      ledger:reverse        returned    state
points.return_withdraw    ledger:reverse        returned    state
shop.stock                stock:read            -
shop.shelve               gift:edit             shop
shop.gift_new             gift:edit             shop
shop.gift                 stock:read            gift
shop.gift_edit            gift:edit             gift
shop.take_out             stock:move            gift        state
shop.count                stock:count           gift        state
shop.count_decide         stock:count           counted     state
shop.goods                stock:read            shop
shop.goods_new            stock:move            shop
shop.goods_one            stock:read            goods
shop.goods_confirm        stock:move            goods       state
shop.goods_withdraw       stock:move            goods       state
shop.goods_unname         stock:move            goods       state
points.samples            claim:sample          -
points.sample_look        claim:sample          sampled     state
points.coin_warnings      claim:warning-read    -
points.auditing           ledger:reversal-read  -
points.audited            ledger:reversal-read  claim
points.audit_export       ledger:reversal-read  -
points.claim_for          claim:file-for        -
points.roll               claim:read            roll
points.review_roll        claim:read            roll        state
points.activities         activity:publish      -
points.activity_new       activity:publish      -
points.activity_sheet     activity:confirm      -
points.activity           activity:publish      volunteer
points.activity_edit      activity:publish      volunteer
points.photos_add         activity:publish      volunteer
points.photo_drop         activity:publish      volunteer   part
points.volunteers         activity:publish      -
points.activity_sign_up   activity:sign-in      volunteer
points.activity_sign_in   activity:sign-in      volunteer   state
points.activity_call_off  activity:publish      volunteer
points.activity_roll      activity:confirm      volunteer led
points.activity_again     activity:confirm      volunteer   state
people.households         household:read        -
people.joining            household:join-approve -
people.import_households  household:import      -
people.household_template household:import      -
people.household_import   household:import      import      only:nobody
people.add_household      household:edit        -
people.household          household:read        household
people.change_household   household:edit        household
people.add_member         household:edit        household
people.member             household:edit        household
people.close_household    household:edit        household
people.split_household    household:split       household
people.merge_households   household:merge       household part
people.move_household     household:move        household
people.household_pin      household:join-approve household   part
people.decide_joining     household:join-approve request    state
people.staff              system:staff-edit     -
people.add_staff          system:staff-edit     -
people.import_staff       system:staff-edit     -
people.staff_template     system:staff-edit     -
people.person             system:staff-edit     person
people.change_person      system:staff-edit     person
people.change_hat         system:staff-edit     person
people.change_dialects    system:staff-edit     person
people.close_account      system:staff-edit     person
people.reset_password     system:staff-edit     person
people.kin_page           system:staff-edit     person
people.add_kin            system:staff-edit     person
people.areas              system:area-edit      -
people.add_area           system:area-edit      area part
people.import_areas       system:area-edit      -
people.area_template      system:area-edit      -
people.area               system:area-edit      area
people.change_area        system:area-edit      area
people.close_area         system:area-edit      area
people.set_robot          system:area-edit      area
people.try_robot          system:area-edit      area        state
people.remove_robot       system:area-edit      area
people.audit              audit:log-read        -
people.export_audit       audit:log-read        -
operator.stuck            system:parked-read    -
operator.messages         system:parked-read    -
operator.retry            system:parked-retry   parked
operator.days             system:calendar-edit  -
operator.message_again    system:parked-retry   message
grid.give_accused_link    case:content-read     handling    also:case:classify:* part state
grid.stop_accused_link    case:content-read     handling    also:case:classify:* part state
qr.register               qr:read               -
qr.new_code               qr:order              -
qr.code                   qr:read               code
qr.import_spots           qr:order              -
qr.spot_template          qr:order              -
qr.export_codes           qr:read               -
qr.print_code             qr:print              code
qr.draw_code              qr:print              code
qr.replace_code           qr:replace            code
qr.revoke_code            qr:revoke             code
qr.hang_code              qr:hang               code        state
qr.find_sound             qr:hang               code        state
qr.rename_code            qr:order              code        state
qr.photo                  qr:read               code        part
qr.troubles               qr:read               -
qr.take_off               qr:revoke             sticker
qr.sticker_photo          qr:read               sticker     part
qr.print_orders           qr:print              -
qr.print_order            qr:print              order
qr.print_again            qr:print              order
qr.print_file             qr:print              order       part
qr.print_files            qr:print              order       part
qr.print_view             qr:print              order       part
qr.card                   qr:read               household   part
qr.issue_card             qr:order              household   state part
qr.reissue_card           qr:replace            household   state part
qr.block_card             household:card-block  household   state part
qr.activities             qr:read               -
qr.new_activity           qr:order              -
qr.activity               qr:read               activity
qr.activity_screen        qr:read               activity
qr.activity_names         activity:confirm      activity
qr.export_sign_ins        activity:confirm      activity
qr.sign_in_for            activity:sign-in      activity
qr.stop_activity          qr:revoke             activity
upkeep.state              system:parked-read    -
upkeep.backups            system:backup         -
"""


@dataclass(frozen=True, slots=True)
class Door:
    """One line of the table."""

    endpoint: str
    permission: str
    thing: str
    more: tuple[str, ...]

    def word(self, name: str) -> list[str]:
        """Return what follows each further word *name*."""
        return [one.partition(":")[2] for one in self.more if one.partition(":")[0] == name]

    def has(self, name: str) -> bool:
        """Whether a further word stands there."""
        return name in self.more


def _read() -> Mapping[str, Door]:
    doors = {}
    for line in _TABLE.strip().splitlines():
        endpoint, permission, thing, *more = line.split()
        doors[endpoint] = Door(endpoint, permission, thing, tuple(more))
    return doors


DOORS: Final = _read()
