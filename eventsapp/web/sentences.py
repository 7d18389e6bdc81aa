"""The sentence for every code of a `DomainError`, in the language of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from eventsapp.domain.errors import DomainError
from eventsapp.web.formats import clock, day
from eventsapp.web.privacy_words import PRIVACY_SENTENCES
from eventsapp.web.sheet_sentences import SHEET_SENTENCES


@dataclass(frozen=True)
class Counted:
    """A sentence with a form for one and a form for several; `by` is the value that decides."""

    one: str
    several: str
    by: str


# The name under which the texts of a plural are collected.
_n = Counted

SENTENCES = {
    **SHEET_SENTENCES,
    **PRIVACY_SENTENCES,
    "answer_impossible": _l("Esta respuesta no se puede contar para esa persona."),
    "answer_too_late": _l("La reunión ya cambió, se canceló o empezó. Revise su agenda."),
    "reply_settled": _l("Otra persona ya atendió esta respuesta. Revise su estado."),
    "mail_superseded": _l("Ya se envió algo más nuevo sobre esta reunión. Reenvíe el mensaje más reciente."),
    "link_malformed": _l("Escriba una dirección que empiece con https://"),
    **SHEET_SENTENCES,
    "sourcing_closed": _l("Este evento ya no admite cambios en requerimientos y capacidades."),
    "too_many_requirements": _l("Ya tiene %(most)s requerimientos. Cambie uno de los que hay."),
    "too_many_capabilities": _l("Ya tiene %(most)s capacidades. Cambie una de las que hay."),
    "too_many_certificates": _l("Elija a lo más %(most)s certificados"),
    "too_many_machines": _l("Escriba a lo más %(most)s renglones"),
    "nothing_to_print": _l("Todavía no hay un horario que imprimir. Calcule o publique uno primero."),
    "unknown_placeholder": _l("No conocemos {%(name)s}. Use solo los nombres de la lista, o quite las llaves."),
    "time_is_over": _l("Elija una fecha y una hora que no hayan pasado"),
    "company_without_people": _l("Esta empresa no tiene a quién escribirle."),
    "nobody_to_write_to": _l("Nadie cumple estas condiciones. Cambie para quién es el mensaje."),
    "campaign_sent": _l("Este mensaje ya se envió. Úselo como base para escribir otro."),
    "campaign_not_sent": _l("Este mensaje todavía no se ha enviado."),
    "campaign_gone": _l("Todos los correos de este mensaje ya salieron."),
    "mail_not_failed": _l("Este mensaje ya no espera que lo envíe de nuevo. Vea su estado."),
    "forbidden": _l("No tiene permiso para hacer esto."),
    "not_its_liaison": _l("Usted no es responsable de esta empresa. Pida a quien dirige el evento que se la asigne."),
    "no_liaison_chosen": _l("Elija a una persona de la lista."),
    "no_such_liaison": _l("Esa persona ya no revisa registros en el equipo. Elija a otra."),
    "wrong_status": _l("Esto ya no se puede hacer: el estado cambió. Revise la página de nuevo."),
    "registration_closed": _l("El registro no está abierto en esta fecha."),
    "requests_closed": _l("Las solicitudes no están abiertas en esta fecha."),
    "run_seconds": _l("Elija un tiempo de 1 a %(most)s segundos"),
    "run_seed": _l("Use un número de 0 a %(most)s"),
    "run_active": _l("La corrida %(number)s todavía está en curso. Espere a que termine o deténgala."),
    "frozen": _l(
        "El horario publicado está congelado: falta poco para el evento. Use «Reparar» para cambiar lo menos."
    ),
    "run_over": _l("Esta corrida ya terminó."),
    "both_worth_less": _l("Una reunión que pidieron los dos debe valer más que una que pidió uno solo"),
    "run_without_aim": _l("Elija al menos una meta"),
    "run_without_schedule": _l("Esta corrida no encontró un horario."),
    "run_data_changed": _l("Las rondas, las mesas o las empresas cambiaron desde esta corrida. Inicie otra."),
    "nothing_found_yet": _l("Esta corrida no tiene un horario guardado que se pueda usar."),
    "change_gone": _l("Ese cambio ya no es posible: el evento cambió. Vuelva a elegirlo."),
    "change_too_large": _l("Pruebe con un número de 1 a %(most)s"),
    "no_fix": _l("Ese arreglo ya no es posible. Vea la lista de nuevo."),
    "event_over": _l("Todas las rondas ya empezaron; no queda nada que reparar."),
    "repair_outdated": _l("Después de esta propuesta se publicó otra versión. Pida otra reparación."),
    "late_result": _l("El resultado de la corrida %(number)s llegó tarde y no se guardó."),
    "no_slots": _l("Todavía no hay rondas. Defina los días y las rondas del evento en Ajustes."),
    "no_tables": _l("Todavía no hay mesas. Agregue las mesas del evento en Ajustes."),
    "no_companies": _l("Todavía no hay empresas aprobadas. Revise los registros en Empresas."),
    "no_requests": _l(
        "Todavía no hay solicitudes aceptadas. El horario se arma con las reuniones que ambas partes quieren."
    ),
    "pin_impossible": _l("La reunión fijada de %(a)s con %(b)s ya no es posible el %(at)s. Suéltela o muévala."),
    "problem_unusable": _l("Los datos del evento no se pueden usar todavía. Revise días, mesas y empresas."),
    "nothing_published": _l("Todavía no hay nada publicado."),
    "meeting_pinned": _l("Esta reunión está fijada. Suéltela antes de moverla o quitarla."),
    "already_placed": _l("Esta reunión ya tiene lugar. Revise el horario de nuevo."),
    "already_moved": _l("Otra persona ya quitó o movió esta reunión. El tablero está al día otra vez."),
    "already_there": _l("La reunión ya está en ese lugar"),
    "no_longer_asked": _l("La solicitud de esta reunión ya no está vigente. Solo puede quitarla del horario."),
    "schedule_closed": _l("La versión %(number)s ya no se puede cambiar. Haga una copia para seguir desde ella."),
    "newer_draft": _l("Ya hay un borrador más nuevo, la versión %(number)s. Haga los cambios ahí."),
    "schedule_changed": _l(
        "%(name)s cambió este horario el %(at)s. No se guardó su cambio; revise el horario y repítalo si hace falta."
    ),
    "nothing_to_undo": _l("No hay cambios suyos que deshacer."),
    "nothing_to_redo": _l("No hay cambios que rehacer."),
    "step_depends": _l(
        "%(name)s hizo el %(at)s otro cambio que depende de este. Pídale deshacerlo primero, o mueva la reunión a mano."
    ),
    "round_over": _l("La ronda del %(at)s ya pasó."),
    "not_a_draft": _l("La versión %(number)s ya se publicó o se reemplazó."),
    "draft_changed": _l("El borrador cambió mientras lo revisaba. Revise las diferencias de nuevo antes de publicar."),
    "published_meanwhile": _l(
        "Otra persona publicó una versión mientras revisaba esta. Revise las diferencias de nuevo."
    ),
    "schedule_clashes": _n(
        "El horario tiene %(count)s choque. Resuélvalo antes de publicar.",
        "El horario tiene %(count)s choques. Resuélvalos antes de publicar.",
        "count",
    ),
    "second_person_needed": _l("Falta el visto bueno de otra persona a este borrador, tal como está ahora."),
    "nothing_new": _l("No hay cambios por publicar."),
    "place_refused": _l("Ese lugar no es posible para esta reunión."),
    "place_allowed_slots": _l("Esta reunión solo puede ser en ciertas rondas, y esta no es una de ellas."),
    "place_precedence": _l("Esta reunión debe ir después de otra que es más tarde."),
    "place_max_per_day": _n(
        "%(company)s ya tiene su reunión de ese día.",
        "%(company)s ya tiene sus %(most)s reuniones de ese día.",
        "most",
    ),
    "place_available": _l("%(company)s no está disponible el %(at)s."),
    "place_desk_busy": _l("%(company)s ya tiene reunión el %(at)s."),
    "place_person_busy": _l("La persona de %(company)s ya tiene reunión el %(at)s en otra de sus mesas."),
    "place_table_needed": _l("No hay una mesa libre el %(at)s."),
    "place_table_closed": _l("La mesa %(table)s está cerrada o en reserva el %(at)s."),
    "place_table_busy": _l("La mesa %(table)s está ocupada el %(at)s."),
    "place_fixed_table": _l("%(company)s recibe siempre en la mesa %(table)s."),
    "place_max_meetings": _n(
        "%(company)s ya tiene todas sus reuniones: %(most)s reunión como máximo.",
        "%(company)s ya tiene todas sus reuniones: %(most)s reuniones como máximo.",
        "most",
    ),
    "place_max_consecutive": _n(
        "%(company)s quedaría sin descanso: descansa después de cada reunión.",
        "%(company)s quedaría sin descanso: tiene %(most)s reuniones seguidas como máximo.",
        "most",
    ),
    "changed_meanwhile": _l("Otra persona guardó cambios mientras usted escribía. Revise y guarde de nuevo."),
    "code_malformed": _l("Use de 3 a 60 letras minúsculas sin acento, números y guiones, por ejemplo encuentro-2027"),
    "code_taken": _l("Esta clave ya está en uso. Elija otra."),
    "member_already": _l("%(name)s ya está en el equipo. Cambie ahí sus papeles."),
    "last_team_admin": _l(
        "%(name)s es la única persona que administra la organización. Dé antes ese papel a alguien más."
    ),
    "no_such_account": _l("No hay una cuenta con este correo. Pida a la persona que la cree primero."),
    "zone_has_blocks": _l("Ya hay bloques con horas en la zona actual. Quítelos antes de cambiar la zona."),
    "event_out_of_order": _l("El evento termina antes de empezar. Revise las fechas."),
    "event_too_long": _n("Un evento dura a lo más %(days)s día", "Un evento dura a lo más %(days)s días", "days"),
    "registration_out_of_order": _l("El registro cierra antes de abrir. Revise las fechas."),
    "registration_after_event": _l("El registro cierra después del evento. Elija una fecha anterior."),
    "requests_out_of_order": _l("Las solicitudes cierran antes de abrir. Revise las fechas."),
    "requests_after_event": _l("Las solicitudes cierran después del evento. Elija una fecha anterior."),
    "blocks_outside": _l("Hay bloques fuera de estas fechas. Quítelos primero en Días y rondas."),
    "minimum_over_maximum": _l("El mínimo de reuniones es mayor que el máximo"),
    "no_such_time": _l("Esa hora no existe ese día: los relojes se adelantan. Elija otra."),
    "times_out_of_order": _l("El bloque termina antes de empezar. Revise las horas."),
    "outside_event": _l("El bloque queda fuera de las fechas y horas del evento"),
    "blocks_overlap": _l("A esa hora ya hay otro bloque. Elija otra hora o quite el otro bloque."),
    "block_too_short": _n(
        "En este bloque no cabe una reunión de %(minutes)s minuto",
        "En este bloque no cabe una reunión de %(minutes)s minutos",
        "minutes",
    ),
    "nothing_to_copy": _l("Ese día no tiene bloques. Elija otro día."),
    "rounds_in_use": _l(
        "Ya hay un horario con reuniones en estas rondas y cambiarlas las dejaría sin hora. Mueva o quite esas "
        "reuniones primero."
    ),
    "too_many_tables": _n("Un evento tiene a lo más %(most)s mesa", "Un evento tiene a lo más %(most)s mesas", "most"),
    "target_passed": _l("La fecha en que debe empezar ya pasó. Cámbiela y publíquelo de nuevo."),
    "capability_changed": _l("La empresa la cambió mientras tanto. Revísela otra vez."),
    "label_taken": _l("Ya hay una mesa %(label)s. Use otro nombre."),
    "table_in_use": _l(
        "La mesa %(label)s está en uso: es la mesa fija de una empresa o tiene reuniones en un horario."
    ),
    "zone_full": _n(
        "%(zone)s admite %(most)s reunión a la vez y tiene más mesas fijas que eso. Cambie una de las dos cosas.",
        "%(zone)s admite %(most)s reuniones a la vez y tiene más mesas fijas que eso. Cambie una de las dos cosas.",
        "most",
    ),
    "no_such_table": _l("No hay una mesa %(label)s. Agréguela primero en Mesas."),
    "table_twice": _l("La mesa %(label)s está dos veces. Cada mesa es de una sola empresa."),
    "no_meeting_block": _l("Falta al menos un bloque de reuniones"),
    "no_table": _l("Falta al menos una mesa"),
    "already_published": _l("El horario ya está publicado: el evento no puede volver a preparación."),
    "quota_reached": _n(
        "Ya tiene %(quota)s solicitud abierta, el máximo. Retírela para pedir otra.",
        "Ya tiene %(quota)s solicitudes abiertas, el máximo. Retire una para pedir otra.",
        "quota",
    ),
    "already_asked": _l("Ya pidió esta reunión."),
    "already_declined": _l("Esta empresa ya respondió que no."),
    "cannot_meet": _l("No se puede pedir una reunión con esta empresa."),
    "not_approved": _l("Solo las empresas aprobadas piden y aceptan reuniones."),
    "vetoed": _l("Una de las dos empresas no quiere esta reunión, y su decisión vale."),
    "wrong_preference": _l("Elija una opción de la lista."),
    "wrong_level": _l("Elija una afinidad de la lista."),
    "reminder_after_expiry": _l("El recordatorio sale antes de que venza la solicitud: use menos horas"),
    "late_out_of_order": _l("El registro tardío termina después del cierre y antes de que termine el evento"),
    "already_registered": _l("%(company)s ya está registrada en este evento, con el folio %(folio)s."),
    "event_ended": _l("El evento ya terminó."),
    "unknown_cluster": _l("Elija un clúster de la lista."),
    "wrong_months": _l("Use de 1 a %(most)s meses"),
    "nothing_to_exclude": _l("No hay parejas nuevas que separar."),
    "cannot_exclude": _l("Elija dos empresas distintas de este evento"),
    "already_excluded": _l("Estas dos empresas ya están excluidas entre sí"),
    "no_such_company": _l("No hay una empresa aprobada con este nombre o folio. Elija una de la lista."),
    "too_many_tries": _l("Demasiados intentos. Espere %(minutes)s min e intente de nuevo."),
    "wrong_password": _l("El correo y la contraseña no coinciden."),
    "not_confirmed": _l("Falta confirmar su correo: abra el enlace que le enviamos, o pida un enlace para entrar."),
    "link_expired": _l("El enlace ya se usó o caducó. Pida uno nuevo."),
    "password_short": _l("Use una contraseña de %(least)s caracteres o más. Una frase es fácil de recordar."),
    "password_long": _l("Use una contraseña de %(most)s caracteres o menos"),
    "password_common": _l("Muchas personas usan esa contraseña. Elija otra."),
    "password_personal": _l("La contraseña no puede ser su nombre ni su correo"),
    "bad_email": _l("Escriba un correo como nombre@empresa.com"),
    "bad_phone": _l("Escriba un teléfono con 10 dígitos, o con la clave del país: +49 30 1234567"),
    "bad_rfc_length": _l("Escriba el RFC con 12 o 13 caracteres"),
    "bad_rfc": _l("Este RFC no existe. Revise las letras y los números."),
    "bad_website": _l("Escriba una página como www.empresa.com"),
    "step_closed": _l("Esta parte del registro ya no se puede cambiar."),
    "registration_incomplete": _l("Faltan partes del registro. Complete la lista y envíelo de nuevo."),
    "edited_meanwhile": _l("Otra persona de su empresa guardó cambios mientras usted escribía."),
    "too_many_terms": _l("Elija a lo más %(most)s"),
    "unknown_terms": _l("Elija opciones de la lista"),
    "no_terms": _l("Elija al menos un proceso"),
    "delegate_twice": _l("Ya hay una persona con este correo en la lista"),
    "own_address": _l("Este es el correo con el que usted entra; no se puede cambiar aquí."),
    "too_many_delegates": _n("Registre a lo más %(most)s persona", "Registre a lo más %(most)s personas", "most"),
    "unknown_delegate": _l("Elija personas de la lista"),
    "desk_would_be_empty": _l("En ese equipo solo está %(name)s. Agregue antes a otra persona."),
    "desk_without_delegate": _l("Elija quién forma cada equipo"),
    "wrong_desk_count": _l("Puede tener de 1 a %(most)s equipos"),
    "desk_in_use": _l("Este equipo ya tiene reuniones en el horario. Pida al organizador que las cambie."),
    "no_delegates": _l("Registre al menos a una persona"),
    "delegate_incomplete": _l("Complete el puesto y el teléfono de %(name)s"),
    "never_available": _l("Elija al menos una ronda para cada equipo"),
    "unknown_industry": _l("Elija una actividad de la lista"),
    "industry_twice": _l("Esa actividad ya está: elija otras"),
    "too_many_industries": _n("Elija a lo más %(most)s actividad", "Elija a lo más %(most)s actividades", "most"),
    "bad_postal_code": _l("Escriba el código postal con 5 dígitos"),
    "bad_coordinates": _l("Pegue latitud y longitud, como 21.1236, -101.68"),
    "outside_mexico": _l(
        "Ese punto no está en México: primero va la latitud, y la longitud lleva signo menos (21.1236, -101.68)"
    ),
    "bad_amount": _l("Escriba una cantidad en millones de pesos, como 12.5"),
    "too_many_sites": _n("Registre a lo más %(most)s sitio", "Registre a lo más %(most)s sitios", "most"),
    "unknown_site": _l("Elija un sitio de la lista"),
    "site_in_use": _l("Hay certificados de %(name)s. Cámbielos o quítelos primero."),
    "too_many_company_certificates": _n(
        "Registre a lo más %(most)s certificado", "Registre a lo más %(most)s certificados", "most"
    ),
    "unknown_certification": _l("Elija un certificado de la lista"),
    "certificate_without_name": _l("Escriba el nombre del certificado"),
    "certificate_without_expiry": _l("Este certificado vence: escriba hasta cuándo vale"),
    "certificate_out_of_order": _l("El certificado vence antes de su fecha de emisión. Revise las fechas."),
    "certificate_changed": _l("La empresa cambió este certificado mientras usted lo revisaba. Véalo otra vez."),
    "unknown_verification": _l("Elija cómo lo comprobó"),
    "no_document": _l("Este certificado no tiene documento: no hay qué revisar."),
    "file_empty": _l("El archivo está vacío. Elija otro."),
    "file_too_large": _l("El archivo pesa más de %(megabytes)s MB. Elija uno más ligero."),
    "file_kind": _l("El contenido del archivo no es de un tipo permitido. Guárdelo como PDF, JPG o PNG."),
    "file_broken": _l("El archivo está incompleto o dañado. Guárdelo de nuevo y vuelva a elegirlo."),
    "image_too_large": _l("La imagen tiene más de %(megapixels)s millones de puntos. Redúzcala y elíjala de nuevo."),
    "already_joined": _l("%(name)s ya entra con su cuenta."),
    "last_admin": _l("%(name)s es la única persona que administra la empresa. Dé antes ese papel a alguien más."),
    "admin_address": _l("Es el correo de quien administra la empresa. Quítele antes ese papel."),
    "no_company_chosen": _l("Elija una de sus empresas o escriba el nombre de una nueva"),
}


def sentence(error: DomainError) -> str:
    """What to tell the person; an unknown code gets a plain sentence, never the code."""
    known = SENTENCES.get(error.code)
    if known is None:
        return _("No se pudo hacer. Revise los datos e intente de nuevo.")
    values = {name: _shown(value) for name, value in error.params.items()}
    if isinstance(known, Counted):
        return str(ngettext(known.one, known.several, values[known.by], **values))
    return str(known) % values if values else str(known)


def _shown(value: object) -> object:
    """An instant in the zone of the event: martes 9, 10:15; everything else as it is."""
    return f"{day(value)}, {clock(value)}" if isinstance(value, datetime) else value
