"""What to say about sheets: why a file is refused, what is wrong with a row. `sentences` counts these among its own."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

SHEET_SENTENCES = {
    "sheet_empty": _l("El archivo no tiene filas con datos. Revise que la hoja correcta esté guardada."),
    "sheet_big": _l("El archivo pesa más de %(most)s MB. Divídalo en partes."),
    "sheet_kind": _l("Este archivo no es una hoja de cálculo. Suba un archivo xlsx, xls, ods o csv."),
    "sheet_page": _l(
        "Este archivo es una página web con nombre de hoja de cálculo. Ábralo en su programa, guárdelo como xlsx y "
        "súbalo otra vez."
    ),
    "sheet_broken": _l(
        "El archivo está dañado o no se puede leer. Guárdelo de nuevo desde su programa y súbalo otra vez."
    ),
    "sheet_encrypted": _l("El archivo tiene contraseña. Guárdelo sin contraseña y súbalo otra vez."),
    "sheet_heavy": _l(
        "El archivo es demasiado grande por dentro: tiene más contenido del que podemos leer. Copie los datos a una "
        "hoja nueva y súbala."
    ),
    "sheet_rows": _l("El archivo tiene más de %(most)s filas. Divídalo en partes."),
    "import_worker_lost": _l("El proceso que leía el archivo se cerró varias veces. Súbalo de nuevo."),
    "import_crashed": _l("No se pudo leer el archivo. Súbalo de nuevo; si vuelve a pasar, avise a soporte."),
    "import_moved": _l("Esta importación ya siguió adelante. Revise cómo está ahora."),
    "no_sheet_chosen": _l("Elija al menos una hoja para importar."),
    "no_file": _l("Elija un archivo"),
    "column_missing": _l("En la hoja «%(sheet)s» falta decir qué columna tiene un dato obligatorio."),
    "column_twice": _l("En la hoja «%(sheet)s» hay una columna elegida dos veces. Cada columna es de un solo dato."),
    "rows_wrong": _l("Hay filas con errores. Corríjalas, o importe solo las correctas."),
    "cell_empty": _l("Falta este dato"),
    "cell_long": _l("Use a lo más %(most)s caracteres"),
    "cell_many": _l("Escriba a lo más %(most)s valores"),
    "cell_whole": _l("Escriba un número entero de %(least)s a %(most)s"),
    "cell_date": _l("Escriba una fecha como 2027-03-09"),
    "cell_scian_near": _l("No está en el catálogo SCIAN 2023. La clase más parecida es %(near)s, %(title)s."),
    "cell_scian_meant": _l("Escriba la clase SCIAN con 6 dígitos. ¿Quiso decir %(near)s, %(title)s?"),
    "cell_scian_absent": _l("No está en el catálogo SCIAN 2023 y ninguna clase se le parece. Búsquela en el perfil."),
    "cell_scian": _l("Escriba un código SCIAN de 2 a 6 dígitos"),
    "cell_scian_class": _l("Escriba una clase SCIAN de 6 dígitos"),
    "cell_unknown": _l("No conocemos este valor. Use uno de la lista de la plantilla."),
    "cell_unknown_near": _l("No conocemos este valor. ¿Quiso decir «%(near)s»?"),
    "unknown_state": _l("No es uno de los 32 estados. Se guardará como está."),
    "company_absent": _l("No hay una empresa de este evento con ese nombre, folio o RFC. Impórtela primero."),
    "company_near": _l("No hay una empresa con ese nombre. ¿Quiso decir «%(near)s»?"),
    "company_doubtful": _l("Hay %(count)s empresas con ese nombre. Escriba el folio o el RFC."),
    "company_not_approved": _l("El registro de esta empresa no está aprobado."),
    "name_with_other_tax_id": _l("Ya hay una empresa con este nombre y otro RFC. Se creará otra."),
    "side_in_use": _l("Esta empresa ya tiene solicitudes: no se puede cambiar de qué lado participa."),
    "sides_cannot_meet": _l("Estas dos empresas no pueden reunirse: revise de qué lado participa cada una."),
    "companies_apart": _l("Estas dos empresas están excluidas entre sí."),
    "not_a_buyer": _l("Los requerimientos son del otro lado del encuentro: revise cómo participa esta empresa."),
    "status_kept": _l("La situación de lo que ya existe no se cambia al importar. Se deja como está."),
    "status_of_preference": _l("Esta situación no va con la importancia elegida."),
    "preference_kept": _l("Una solicitud no se convierte en nota, ni una nota en solicitud. Cámbiela en Solicitudes."),
    "side_full": _l("Ya no hay lugar de este lado: la empresa quedará en lista de espera."),
    "no_place": _l("Ya no hay lugar de ese lado: la empresa no puede cambiarse."),
    "row_repeated": _l("Dice lo mismo que la fila %(row)s de «%(sheet)s»; se toma una sola vez."),
    "row_twice": _l("Es la misma que la fila %(row)s de «%(sheet)s», con otros datos. Deje una sola."),
}
