//! Spanish.

use super::{FaultTexts, Texts};

pub(super) fn texts() -> Texts {
    Texts {
        lang: "es".into(),
        dir: "ltr".into(),
        opening_title: "Abriendo la actividad".into(),
        opening_wait: "Solo tardará un momento.".into(),
        continue_button: "Continuar".into(),
        continue_hint: "Si no ocurre nada, continúe manualmente.".into(),
        script_off: "JavaScript está desactivado en este navegador; continúe manualmente.".into(),
        script_needed:
            "JavaScript está desactivado en este navegador. Sin él no es posible abrir aquí la actividad."
                .into(),
        new_window_title: "Abrir la actividad en una ventana nueva".into(),
        new_window_why:
            "Este navegador no permite que la actividad guarde datos mientras se muestra dentro de otra \
                         página. En su propia ventana sí puede hacerlo."
                .into(),
        new_window_link: "Abrir en una ventana nueva".into(),
        error_title: "No se pudo abrir la actividad".into(),
        what_heading: "Qué ha fallado".into(),
        why_heading: "Por qué".into(),
        who_heading: "Quién puede solucionarlo".into(),
        details_heading: "Datos para el servicio de asistencia".into(),
        code_label: "Código de error".into(),
        spec_label: "Especificación".into(),
        reference_label: "Referencia".into(),
        reported_label: "El otro sistema indicó".into(),
        remedy_person: "Usted: vuelva al curso, recargue la página y abra de nuevo la actividad.".into(),
        remedy_platform_administrator:
            "La persona que administra su plataforma de aprendizaje. Envíele los datos \
                                        que aparecen abajo."
                .into(),
        remedy_tool_vendor: "El proveedor de esta actividad. Envíele los datos que aparecen abajo.".into(),
        malformed: FaultTexts::new(
            "El mensaje del otro sistema no es válido.",
            "Estaba incompleto, se modificó por el camino o no estaba firmado como se acordó.",
        ),
        expired: FaultTexts::new(
            "Este acceso ya no es válido.",
            "Se abrió demasiado tarde o por segunda vez, o los relojes de los dos sistemas no coinciden.",
        ),
        other_browser: FaultTexts::new(
            "No se pudo confirmar que este navegador haya iniciado el acceso.",
            "El navegador no conservó ni una cookie ni la prueba de la plataforma, o el acceso se inició en otro \
             lugar.",
        ),
        signed_out: FaultTexts::new(
            "Su plataforma de aprendizaje indica que no ha iniciado sesión.",
            "La sesión ha terminado, o el navegador retiene la cookie dentro de este marco.",
        ),
        declined: FaultTexts::new(
            "No tiene acceso a esta actividad.",
            "Una regla de la plataforma de aprendizaje o de la actividad no lo permite.",
        ),
        unknown: FaultTexts::new(
            "Aquí no se conoce la conexión de este curso con la actividad.",
            "La actividad todavía no se ha configurado para el curso, o se ha desactivado.",
        ),
        not_found: FaultTexts::new(
            "No hay nada en esta dirección.",
            "La actividad se ha eliminado, o el enlace está anticuado.",
        ),
        configuration: FaultTexts::new(
            "La actividad no está bien configurada.",
            "Falta un ajuste de este servidor o no es correcto.",
        ),
        unavailable: FaultTexts::new(
            "Un sistema necesario no responde en este momento.",
            "Está sobrecargado, reiniciándose o fuera de alcance. Inténtelo de nuevo dentro de unos minutos.",
        ),
    }
}
