"""Messages to many: write the text, choose who gets it, see it as they will, send it now or later, follow it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, current_app, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import BooleanField, HiddenField, SelectField

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.placeholders import NAMES
from eventsapp.domain.taxonomy import clusters
from eventsapp.domain.values import CampaignStatus, MailLink, OutboxState, RegistrationStatus, Side
from eventsapp.i18n import DEFAULT_LOCALE, LOCALES
from eventsapp.mail import render
from eventsapp.models import Campaign, Event
from eventsapp.services import campaigns
from eventsapp.services.campaigns import Answers, Audience, Recipient
from eventsapp.web import fields, loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.formats import moment, number
from eventsapp.web.forms import Form, long_text, options, text
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.mails import reason_of
from eventsapp.web.saving import saving
from eventsapp.web.words import OUTBOX_STATE, REGISTRATION_STATUS, side_word

SHOWN_PEOPLE = 200
MOST_COMPANIES = 200
STATUS = {
    CampaignStatus.DRAFT: _l("Borrador"),
    CampaignStatus.SENT: _l("Enviado"),
    CampaignStatus.CANCELLED: _l("Detenido"),
}
LINK = {
    MailLink.NONE: _l("Sin botón"),
    MailLink.AGENDA: _l("Ver mi agenda"),
    MailLink.REQUESTS: _l("Ver mis solicitudes"),
    MailLink.FIND: _l("Buscar empresas"),
    MailLink.REGISTRATION: _l("Ver mi registro"),
    MailLink.EVENT: _l("Ver la página del evento"),
}
WRITTEN_TO = (
    RegistrationStatus.APPROVED,
    RegistrationStatus.SUBMITTED,
    RegistrationStatus.CHANGES_REQUESTED,
    RegistrationStatus.DRAFT,
    RegistrationStatus.REJECTED,
)
BAD_CHOICE = _l("Elija una opción de la lista")
ENGLISH = "en"


def _select(label: Any, choices: Any) -> Any:
    return SelectField(label, choices=choices, invalid_choice_message=BAD_CHOICE, invalid_value_message=BAD_CHOICE)


class CampaignForm(Form):
    """Who gets the message, and what it says."""

    side = _select(_l("Quiénes"), [])
    status = _select(
        _l("Registro"),
        lambda: options({**{one.value: REGISTRATION_STATUS[one] for one in WRITTEN_TO}, "": _("Cualquiera")}),
    )
    people = _select(
        _l("De cada empresa"),
        lambda: options(
            {"everyone": _("Todas las personas que asisten"), "admins": _("Solo quien administra la empresa")}
        ),
    )
    meetings = _select(
        _l("Reuniones"),
        lambda: options(
            {"": _("Con y sin reuniones"), "with": _("Con reuniones publicadas"), "without": _("Sin reuniones")}
        ),
    )
    cluster = _select(
        _l("Clúster"),
        lambda: options({"": _("Todos"), **{code: one.name(str(get_locale())) for code, one in clusters().items()}}),
    )
    is_unanswered = BooleanField(_l("Solo empresas con solicitudes por responder"))
    subject = text(_l("Asunto"), most=campaigns.MOST_SUBJECT)
    body = long_text(_l("Mensaje"), most=campaigns.MOST_BODY)
    subject_en = text(_l("Asunto en inglés"), most=campaigns.MOST_SUBJECT, optional=True)
    body_en = long_text(_l("Mensaje en inglés"), most=campaigns.MOST_BODY, optional=True)
    link = fields.choice(_l("Botón"), LINK)
    companies = HiddenField()
    version = HiddenField()

    @classmethod
    def of(cls, event: Event, **values: Any) -> CampaignForm:
        """The form of an event, whose sides have its names."""
        form = cls(**values)
        named = {side.value: side_word(event, side) for side in (Side.BUYER, Side.SUPPLIER)}
        form.side.choices = options({"": side_word(event, Side.BOTH, "many"), **named})
        return form

    @property
    def numbers(self) -> tuple[int, ...]:
        """The registrations of the only companies that get it; what is no list of numbers is refused whole."""
        said = (self.companies.data or "").split(",") if self.companies.data else []
        if len(said) > MOST_COMPANIES or not all(one.isascii() and one.isdigit() and len(one) < 10 for one in said):
            abort(400)
        return tuple(sorted({int(one) for one in said}))

    @property
    def seen_version(self) -> int:
        """Which version the person saw; what is no number is none."""
        said = self.version.data or ""
        return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else -1

    def answers(self) -> Answers:
        """What was written, as the service takes it."""
        texts = {
            DEFAULT_LOCALE: {"subject": self.subject.data, "body": self.body.data},
            ENGLISH: {"subject": self.subject_en.data, "body": self.body_en.data},
        }
        audience = Audience(
            self.side.data,
            self.status.data,
            self.people.data,
            self.meetings.data,
            self.cluster.data,
            self.is_unanswered.data,
            self.numbers,
        )
        return Answers(audience, texts, self.link.data)


class SendForm(Form):
    """When the message goes."""

    at = fields.moment(_l("Enviar el"))


@dataclass(frozen=True)
class Shown:
    """A campaign of an event."""

    event: Event
    campaign: Campaign

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's."""
        return self.event.scope


def campaign_in(event_code: str, number: int) -> Shown | None:
    """A campaign, found through its event."""
    event = loaders.event(event_code)
    campaign = campaigns.find(event, number) if event else None
    return Shown(event, campaign) if event and campaign else None


@bp.get("/o/<event_code>/mensajes/envios", endpoint="campaigns")
@requires(Permission.MAIL_READ, load=loaders.event)
def list_campaigns(event: Event) -> str:
    """All messages to many, and what became of each."""
    rows = campaigns.list_for(event)
    return organizer_page(
        "organizer/campaigns.html",
        event,
        "mails",
        rows=[{"campaign": row, "subject": campaigns.subject_of(row), "status": status_of(row)} for row in rows],
    )


@bp.route("/o/<event_code>/mensajes/envios/nuevo", methods=["GET", "POST"], endpoint="new_campaign")
@requires(Permission.MAIL_WRITE, load=loaders.event)
def new_campaign(event: Event) -> ResponseReturnValue:
    """Write a message."""
    form = CampaignForm.of(
        event,
        status=RegistrationStatus.APPROVED.value,
        people="everyone",
        link=MailLink.NONE,
        companies=request.args.get("empresas", ""),
    )
    if form.validate_on_submit():
        try:
            with saving() as done:
                made = campaigns.add(event, form.answers(), actor=g.actor, now=now())
                done.location = url_for("organizer.campaign", event_code=event.code, number=made.number)
        except DomainError as error:
            _refuse(form, error)
        else:
            return done.redirect()
    return _form_page(event, form, None)


@bp.route("/o/<event_code>/mensajes/envios/<int:number>/cambiar", methods=["GET", "POST"], endpoint="edit_campaign")
@requires(Permission.MAIL_WRITE, load=campaign_in)
def edit_campaign(shown: Shown) -> ResponseReturnValue:
    """Change a message that was not sent."""
    campaign, event = shown.campaign, shown.event
    form = CampaignForm.of(event, data=_typed(campaign))
    if form.validate_on_submit():
        try:
            with saving(url_for("organizer.campaign", event_code=event.code, number=campaign.number)) as done:
                campaigns.change(campaign, form.answers(), version=form.seen_version, actor=g.actor, now=now())
        except Conflict:
            form.version.data = str(campaign.version)
            return _form_page(event, form, campaign, is_stale=True)
        except DomainError as error:
            _refuse(form, error)
        else:
            return done.redirect()
    return _form_page(event, form, campaign)


@bp.get("/o/<event_code>/mensajes/envios/<int:number>", endpoint="campaign")
@requires(Permission.MAIL_READ, load=campaign_in)
def show_campaign(shown: Shown) -> ResponseReturnValue:
    """A message as its readers get it; before it is sent whom it reaches, afterwards what became of each mail."""
    return _show_page(shown, SendForm())


@bp.post("/o/<event_code>/mensajes/envios/<int:number>/enviar", endpoint="send_campaign")
@requires(Permission.MAIL_WRITE, load=campaign_in)
def send_campaign(shown: Shown) -> ResponseReturnValue:
    """Send it, now or at the hour that was given."""
    campaign, event = shown.campaign, shown.event
    at: datetime | None = None
    form = SendForm()
    if "later" in request.form:
        if not form.validate():
            return _show_page(shown, form), 422
        at = form.at.data.replace(tzinfo=ZoneInfo(event.time_zone))
    try:
        with saving(url_for("organizer.campaign", event_code=event.code, number=campaign.number)) as done:
            people = campaigns.send(campaign, at=at, actor=g.actor, now=now())
    except DomainError as error:
        if error.code != "time_is_over":
            raise
        form.refuse("at", error)
        return _show_page(shown, form), 422
    said = ngettext("Va en camino a %(n)s persona.", "Va en camino a %(n)s personas.", people, n=number(people))
    if at is not None:
        said = _("Se enviará el %(when)s.", when=moment(at, event.zone))
    flash(said, "ok")
    return done.redirect()


@bp.post("/o/<event_code>/mensajes/envios/<int:number>/prueba", endpoint="sample_campaign")
@requires(Permission.MAIL_WRITE, load=campaign_in)
def sample_campaign(shown: Shown) -> ResponseReturnValue:
    """Send it to oneself."""
    with saving(url_for("organizer.campaign", event_code=shown.event.code, number=shown.campaign.number)) as done:
        campaigns.send_sample(shown.campaign, current_user._get_current_object(), actor=g.actor, now=now())
    flash(_("La prueba va en camino a %(address)s.", address=current_user.email), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/mensajes/envios/<int:number>/detener", endpoint="cancel_campaign")
@requires(Permission.MAIL_WRITE, load=campaign_in)
def cancel_campaign(shown: Shown) -> ResponseReturnValue:
    """Hold back what has not gone yet."""
    with saving(url_for("organizer.campaign", event_code=shown.event.code, number=shown.campaign.number)) as done:
        held = campaigns.cancel(shown.campaign, actor=g.actor, now=now())
    flash(ngettext("%(n)s mensaje ya no se envía.", "%(n)s mensajes ya no se envían.", held, n=number(held)), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/mensajes/envios/<int:number>/copiar", endpoint="copy_campaign")
@requires(Permission.MAIL_WRITE, load=campaign_in)
def copy_campaign(shown: Shown) -> ResponseReturnValue:
    """Begin another one with the same text."""
    with saving() as done:
        made = campaigns.copy(shown.campaign, actor=g.actor, now=now())
        done.location = url_for("organizer.edit_campaign", event_code=shown.event.code, number=made.number)
    return done.redirect()


def status_of(campaign: Campaign) -> tuple[str, str, str]:
    """The state of a campaign as a tag: kind, words, picture."""
    if campaign.status is CampaignStatus.SENT and campaign.send_at and campaign.send_at > now():
        return "info", _("Programado"), "clock"
    kind, picture = {
        CampaignStatus.DRAFT: ("", "pencil"),
        CampaignStatus.SENT: ("ok", "send"),
        CampaignStatus.CANCELLED: ("warn", "ban"),
    }[campaign.status]
    return kind, str(STATUS[campaign.status]), picture


def _typed(campaign: Campaign) -> dict[str, Any]:
    """What is stored, as the form shows it."""
    spanish, english = campaign.texts.get(DEFAULT_LOCALE, {}), campaign.texts.get(ENGLISH, {})
    return {
        **campaign.audience,
        "companies": ",".join(map(str, campaigns.audience_of(campaign).numbers)),
        "subject": spanish.get("subject", ""),
        "body": spanish.get("body", ""),
        "subject_en": english.get("subject", ""),
        "body_en": english.get("body", ""),
        "link": campaign.link,
        "version": str(campaign.version),
    }


def _refuse(form: CampaignForm, error: DomainError) -> None:
    if error.code != "unknown_placeholder":
        raise error
    form.refuse("body", error)


def _form_page(
    event: Event, form: CampaignForm, campaign: Campaign | None, *, is_stale: bool = False
) -> ResponseReturnValue:
    page = organizer_page(
        "organizer/campaign_form.html",
        event,
        "mails",
        form=form,
        campaign=campaign,
        is_stale=is_stale,
        stored=_typed(campaign) if campaign and is_stale else {},
        only=campaigns.list_named(event, form.numbers) if form.numbers else None,
        names=NAMES,
    )
    return page, 409 if is_stale else 422 if form.errors else 200


def _show_page(shown: Shown, form: SendForm) -> str:
    campaign, event = shown.campaign, shown.event
    is_draft = campaign.status is CampaignStatus.DRAFT
    meant = campaigns.list_recipients(event, campaigns.audience_of(campaign)) if is_draft else []
    language = request.args.get("idioma", DEFAULT_LOCALE)
    language = language if language in campaign.texts else DEFAULT_LOCALE
    return organizer_page(
        "organizer/campaign.html",
        event,
        "mails",
        form=form,
        campaign=campaign,
        subject=campaigns.subject_of(campaign),
        status=status_of(campaign),
        is_draft=is_draft,
        is_waiting=campaign.status is CampaignStatus.SENT and campaign.send_at is not None and campaign.send_at > now(),
        meant=meant[:SHOWN_PEOPLE],
        count=len(meant),
        audience=_audience_words(campaign.event, campaigns.audience_of(campaign)),
        preview=_preview(campaign, meant, language),
        spoken={code: LOCALES[code] for code in campaign.texts},
        language=language,
        mails=campaigns.deliveries(campaign, SHOWN_PEOPLE) if not is_draft else [],
        reason_of=reason_of,
        counts=campaigns.count_deliveries(campaign) if not is_draft else {},
        states=[(state, OUTBOX_STATE[state]) for state in OutboxState if state in OUTBOX_STATE],
    )


def _preview(campaign: Campaign, meant: list[Recipient], language: str) -> render.Rendered:
    """The mail of the first person whom it reaches, in a language."""
    company = campaign.event.organization.name
    someone = next((one for one in meant if one.locale == language), meant[0] if meant else None)
    reader = Recipient(someone.name, someone.company, someone.email, language) if someone else None
    row = campaigns.sample(campaign, reader or Recipient(g.actor.name, company, "", language), now=now())
    row.event = campaign.event
    return render.render(row, base_url=current_app.config["SETTINGS"].base_url)


def _audience_words(event: Event, audience: Audience) -> list[str]:
    """Whom it addresses, in words."""
    said = [
        str(side_word(event, Side(audience.side)) if audience.side else side_word(event, Side.BOTH, "many")),
        str(REGISTRATION_STATUS[RegistrationStatus(audience.status)]) if audience.status else _("Cualquier registro"),
        _("Solo quien administra la empresa") if audience.people == "admins" else _("Todas las personas que asisten"),
    ]
    if audience.meetings:
        said.append(_("Con reuniones publicadas") if audience.meetings == "with" else _("Sin reuniones"))
    if audience.cluster in clusters():
        said.append(clusters()[audience.cluster].name(str(get_locale())))
    if audience.is_unanswered:
        said.append(_("Con solicitudes por responder"))
    if audience.numbers:
        count = len(audience.numbers)
        said.append(ngettext("Solo %(n)s empresa elegida", "Solo %(n)s empresas elegidas", count, n=number(count)))
    return said
