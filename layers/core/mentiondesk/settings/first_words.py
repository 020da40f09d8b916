"""The first words of incidents in the languages of the status page other than English, by the keys of `wording`.

They hold where the settings leave the English ones as they are; the brand's own sentences win.
"""

from collections.abc import Mapping

FIRST_WORDS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "first_update": "Wir gehen Problemen nach, von denen uns Kundinnen und Kunden berichten. Bald mehr.",
        "first_update_about": (
            "Wir gehen Problemen bei {components} nach, von denen uns Kundinnen und Kunden berichten. Bald mehr."
        ),
        "resolved_update": "Das Problem ist behoben. Die Störung tut uns leid.",
        "maintenance_begins": "Die geplante Wartung hat begonnen.",
        "maintenance_ends": "Die geplante Wartung ist abgeschlossen.",
        "published_post": (
            "Wir wissen, dass einige von euch ein Problem haben: {title}. Das tut uns leid, wir arbeiten daran. "
            "Hier steht es, sobald es behoben ist."
        ),
        "resolved_post": (
            "Das ist behoben: {title}. Danke für eure Geduld. Wenn es bei euch noch nicht geht, sagt bitte Bescheid."
        ),
        "conjunction": "und",
    },
    "fr": {
        "first_update": "Nous examinons des problèmes que des clients nous signalent. Plus d’informations bientôt.",
        "first_update_about": (
            "Nous examinons des problèmes concernant {components} que des clients nous signalent. "
            "Plus d’informations bientôt."
        ),
        "resolved_update": "Le problème est résolu. Nous vous prions de nous excuser pour la gêne occasionnée.",
        "maintenance_begins": "La maintenance prévue a commencé.",
        "maintenance_ends": "La maintenance prévue est terminée.",
        "published_post": (
            "Nous savons que certains d’entre vous rencontrent un problème : {title}. Nous en sommes désolés et nous y "
            "travaillons. Nous l’annoncerons ici dès que c’est résolu."
        ),
        "resolved_post": (
            "C’est résolu : {title}. Merci de votre patience. Si cela ne fonctionne toujours pas, dites-le-nous."
        ),
        "conjunction": "et",
    },
    "es": {
        "first_update": "Estamos revisando problemas de los que nos avisan nuestros clientes. Pronto diremos más.",
        "first_update_about": (
            "Estamos revisando problemas con {components} de los que nos avisan nuestros clientes. Pronto diremos más."
        ),
        "resolved_update": "Está resuelto. Sentimos las molestias que ha causado.",
        "maintenance_begins": "El mantenimiento previsto ha comenzado.",
        "maintenance_ends": "El mantenimiento previsto ha terminado.",
        "published_post": (
            "Sabemos que algunos tenéis un problema: {title}. Lo sentimos y estamos trabajando en ello. "
            "Lo diremos aquí cuando esté resuelto."
        ),
        "resolved_post": (
            "Está resuelto: {title}. Gracias por vuestra paciencia. Si a alguien le sigue fallando, que nos lo diga."
        ),
        "conjunction": "y",
    },
    "pt": {
        "first_update": "Estamos verificando problemas que clientes nos relatam. Em breve diremos mais.",
        "first_update_about": (
            "Estamos verificando problemas com {components} que clientes nos relatam. Em breve diremos mais."
        ),
        "resolved_update": "Está resolvido. Pedimos desculpas pelo transtorno.",
        "maintenance_begins": "A manutenção programada começou.",
        "maintenance_ends": "A manutenção programada terminou.",
        "published_post": (
            "Sabemos que algumas pessoas estão com um problema: {title}. Pedimos desculpas, estamos trabalhando nisso. "
            "Avisaremos aqui quando estiver resolvido."
        ),
        "resolved_post": (
            "Está resolvido: {title}. Obrigado pela paciência. Se ainda não funcionar para você, avise-nos."
        ),
        "conjunction": "e",
    },
}
