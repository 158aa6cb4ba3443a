"""How staff come in, and what they may change about their own account.

A failure is no exception here: it must be counted, and an exception would undo the counting.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, select

from kernel import audit
from kernel.access import Actor
from kernel.db import insert_once
from kernel.work import Work
from people import rules
from people.errors import NoSuchPerson, WeakPassword, WrongPassword
from people.models import Account, EndedSession

# A day more than PERMANENT_SESSION_LIFETIME, after which no cookie is read.
LONGEST_SESSION: Final = timedelta(days=31)


def sign_in(
    work: Work, *, login: str, password: str, code: str = "", device_epoch: int | None = None
) -> Account | None:
    """Return the account that these open, or None.

    It never says which of the three was wrong, nor whether there is such a
    login: every answer costs one slow hash and one line in the log.  Every
    fifth failure in a row locks the account for a while; while it is locked
    nothing opens it and nothing is counted.  All that holds for strangers: a
    device that opened the account before, in the epoch that still is, neither
    meets their lock nor adds to it nor opens it, so that nobody can keep
    somebody else from work.  Whoever calls counts its tries.

    Args:
        work: the unit of work; it must commit after a failure, too.
        login: in any case.
        password: as typed.
        code: six digits, where the account has TOTP; each counts once.
        device_epoch: the account's when this device last opened it, if it may try once more.
    """
    account = _locked(work, Account.login == rules.folded_login(login))
    is_open = account is not None and account.closed_at is None
    hashed = account.password if account is not None and is_open else None
    right = rules.is_password(password, hashed)
    if account is None or not is_open:
        audit.note(work, by=None, action="sign-in.failed", subject="login:unknown")
        return None
    is_stranger = device_epoch != account.epoch
    if is_stranger and account.locked_until is not None and work.now() < account.locked_until:
        _note(work, account, "sign-in.locked")
        return None
    if not (right and _second_factor_holds(work, account, code)):
        _fail(work, account, is_stranger=is_stranger)
        return None
    if is_stranger:
        account.failures, account.locked_until = 0, None
    _note(work, account, "sign-in")
    return account


def sign_out(work: Work, *, kept: str, by: Actor) -> None:
    """Write down that somebody left, and end that session, whoever else has its cookie."""
    end_session(work, kept)
    audit.note(work, by=by, action="sign-out", subject=f"person:{by.id}")


def end_session(work: Work, kept: str) -> None:
    """Make worthless what a cookie keeps, and every copy of it; others of the person go on."""
    if not rules.is_single(kept):
        return
    insert_once(
        work.session,
        EndedSession,
        unique="key_hash",
        key_hash=rules.session_hash(kept),
        ended_at=work.now(),
    )


def forget_sessions(work: Work) -> None:
    """Forget the sessions that were ended so long ago that their cookies have run out, too."""
    work.session.execute(
        delete(EndedSession).where(EndedSession.ended_at < work.now() - LONGEST_SESSION)
    )


def change_password(work: Work, *, current: str, new: str, by: Actor) -> int:
    """Give one's own account another password; return its epoch, which ends all other sessions.

    Raises:
        NoSuchPerson: *by* has no account.
        WeakPassword: the new one may not be one, or is the old one.
        WrongPassword: the current one is not right.
    """
    account = _own(work, by)
    _confirm(account, current)
    if new == current:
        raise WeakPassword("新密码和现在的一样，请换一个。")
    rules.checked_password(new, login=account.login)
    account.password = rules.hash_password(new, chance=work.parts.chance)
    account.must_change = False
    account.epoch += 1
    _note(work, account, "password.change")
    return account.epoch


def turn_totp_on(work: Work, *, secret: str, code: str, by: Actor) -> None:
    """Ask for a code of *secret* at every sign-in from now on, once *code* shows it works.

    Raises:
        NoSuchPerson: *by* has no account.
        WrongPassword: the code is not right.
    """
    account = _own(work, by)
    step = rules.totp_step(secret, code, now=work.now())
    if step is None:
        raise WrongPassword("动态码不对。请看手机时间准不准，再输入新的一组。")
    account.totp, account.totp_step = secret, step
    _note(work, account, "totp.on")


def turn_totp_off(work: Work, *, password: str, by: Actor) -> None:
    """Ask for no code any more.

    Raises:
        NoSuchPerson: *by* has no account.
        WrongPassword: the password is not right.
    """
    account = _own(work, by)
    _confirm(account, password)
    account.totp = None
    _note(work, account, "totp.off")


def _second_factor_holds(work: Work, account: Account, code: str) -> bool:
    if account.totp is None:
        return True
    step = rules.totp_step(account.totp, code, now=work.now(), last=account.totp_step)
    if step is None:
        return False
    account.totp_step = step
    return True


def _fail(work: Work, account: Account, *, is_stranger: bool) -> None:
    span: timedelta | None = None
    if is_stranger:
        account.failures += 1
        span = rules.lock_span(account.failures)
    if span is not None:
        account.locked_until = work.now() + span
    _note(work, account, "sign-in.failed" if span is None else "sign-in.locking")


def _own(work: Work, by: Actor) -> Account:
    account = _locked(work, Account.person_id == by.id)
    if account is None or account.closed_at is not None:
        raise NoSuchPerson("您没有工作账号。")
    return account


def _confirm(account: Account, password: str) -> None:
    if not rules.is_password(password, account.password):
        raise WrongPassword("现在的密码不对。")


def _locked(work: Work, condition: ColumnElement[bool]) -> Account | None:
    return work.session.scalar(
        select(Account).where(condition).with_for_update().execution_options(populate_existing=True)
    )


def _note(work: Work, account: Account, action: str) -> None:
    actor = Actor(account.person_id)
    audit.note(work, by=actor, action=action, subject=f"person:{account.person_id}")
