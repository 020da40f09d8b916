"""The checks before a reply is sent: what stops, what passes, where, and with which words."""

from datetime import UTC, datetime, timedelta

import pytest

from mentiondesk.domain.ids import UserId
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.replies.checks.check import check
from mentiondesk.domain.replies.checks.context import CheckContext, Media, RecentReply
from mentiondesk.domain.replies.finding import Finding, Outcome, unconfirmed, worst
from mentiondesk.domain.replies.rules import ApprovalRules, CheckRules, OwnRule
from mentiondesk.presentation.desk.findings import finding_view
from mentiondesk.presentation.wording import Sentences, catalogue
from mentiondesk.values import replace
from tests.evaluation.replies import FOUND, Checked, found_in_written, written

NOW, ME = datetime(2026, 5, 1, 12, tzinfo=UTC), UserId("1")
CALM = CheckContext(NOW, ME, kind=Kind.QUESTION)


def rules(text: str, context: CheckContext = CALM) -> list[str]:
    return [one.rule for one in check(text, context)]


def words(text: str, rule: str, context: CheckContext = CALM) -> str:
    return next(one.found_in(text) for one in check(text, context) if one.rule == rule)


def test_of_the_invented_replies_those_that_break_a_rule_are_stopped_and_the_good_ones_pass() -> None:
    bad, good = [one for one in written() if one.stop], [one for one in written() if not one.stop]
    assert len(bad) >= 60
    assert len(good) >= 60
    assert [one.text for one in good if one.stopped] == []
    assert [one.text for one in bad if not one.stopped and not one.missed] == [], "these were stopped before"
    stopped_now = [one.text for one in bad if one.stopped and one.missed]
    assert stopped_now == [], 'these are stopped now: take their "missed" out of tests/evaluation/replies.jsonl'
    assert sum(one.missed for one in bad) <= 0.1 * len(bad)


def test_the_rule_that_was_meant_is_the_one_that_stops() -> None:
    stopped = [one for one in written() if one.stop and one.stopped]
    by_others = [one for one in stopped if one.stopped_by is not None]
    assert [one.text for one in stopped if one.stopped_by is None and not rules_that_stop(one) & meant(one)] == []
    mended = [one.text for one in by_others if rules_that_stop(one) != {one.stopped_by}]
    assert mended == [], 'other rules stop these now: mend their "stopped_by" in tests/evaluation/replies.jsonl'
    assert len(by_others) <= 0.01 * len(stopped)


def test_what_is_found_in_the_invented_replies_is_what_is_written_beside_them() -> None:
    assert list(found_in_written()) == FOUND.read_text(encoding="utf-8").splitlines(), (
        "other words are found now; where that is meant: `python -m tests.evaluation.replies --write`, and review them"
    )


def rules_that_stop(reply: Checked) -> set[str]:
    return {found.rule for found in reply.findings if found.outcome is not Outcome.WARN}


def meant(reply: Checked) -> set[str]:
    """The rules that may stop a reply for what its line says should stop it."""
    if reply.stop == "legal_medical_danger":
        return {"legal", "medical", "danger", "harm", "harm_without_help", "critical"}
    parts = {f"{reply.stop}_to_customer", f"{reply.stop}_without_text", f"{reply.stop}_unseen"}
    return {reply.stop or "", *parts} | ({"asks_in_public"} if reply.stop == "asks_identifiers" else set())


@pytest.mark.parametrize(
    ("text", "rule", "place"),
    [
        ("Hi ＧＵＡＲＡＮＴＥＥＤ by noon", "guarantee", "ＧＵＡＲＡＮＴＥＥＤ"),
        ("we gu\u200barantee it", "guarantee", "gu\u200barantee"),
        ("It is g u a r a n t e e d", "guarantee", "g u a r a n t e e d"),
        ("a r3fund comes", "money", "r3fund"),
        ("card 4242-4242-4242-4242 was charged", "private_data", "4242-4242-4242-4242"),
        ("ring her on oh seven seven double oh nine double oh four five six", "private_data",
         "oh seven seven double oh nine double oh four five six"),
        ("Hi {name}!", "placeholder", "{name}"),
        ("See https://bit.ly/x.", "foreign_link", "https://bit.ly/x"),
        ("What is your postcode?", "asks_identifiers", "postcode"),
    ],
)  # fmt: skip
def test_the_place_is_that_in_the_text_as_written(text: str, rule: str, place: str) -> None:
    assert words(text, rule) == place


@pytest.mark.parametrize(
    "text",
    [
        "We cannot guarantee a time.",
        "It comes with a two-year guarantee.",
        "Open 09:00-17:30, also on 2026-12-24.",
        "It takes 5-7 days and costs £3.99.",
        "Please send us your order number by DM.",
        "Please fill in your order number and postcode at example.com/help",
        "Please do not post your address here.",
        "Thanks, we'll make sure this is addressed.",
        "Part 1/2: hold both buttons.",
        "Call us on 0117 496 0123.",
        "You reach us free on 0800 123 4567",
        "It is 45 x 30 x 12 cm.",
    ],
)
def test_what_only_resembles_a_breach_is_not_blocked(text: str) -> None:
    assert worst(check(text, CALM)) in (None, Outcome.WARN, Outcome.HOLD)
    assert not set(rules(text)) & {"guarantee", "private_data", "asks_identifiers", "placeholder"}


def test_the_brands_own_contacts_and_sites_may_stand_in_replies() -> None:
    own = replace(CALM, rules=CheckRules(("shop.example",), ("+44 117 496 0123", "hi@mail.example")))
    assert rules("It is 0117 496 0123, hi@mail.example, ana@shop.example or www.shop.example/x", own) == []
    assert set(rules("It is 0117 496 0124 or ana@other.example", own)) == {"private_data"}
    assert rules("Look at shop.example.evil.com", own) == ["foreign_link"]


def test_in_a_private_message_private_data_may_stand_and_be_asked_for() -> None:
    private = replace(CALM, private=True)
    assert rules("What is your postcode? Is it still 14 Acacia Avenue, BS6 5QT?", private) == []
    assert rules("so " * 200, private) == []


def test_the_signature_counts() -> None:
    text = "a" * 276
    assert rules(text, replace(CALM, signature="^AR")) == []
    over = check(text + "a", replace(CALM, signature="^AR"))
    assert [(one.rule, dict(one.facts)) for one in over] == [("too_long", {"over": "1", "most": "280"})]


def sent(text: str, minutes: int, customer: str) -> RecentReply:
    return RecentReply(text, NOW - timedelta(minutes=minutes), UserId(customer))


def test_replies_that_read_alike_warn_then_block() -> None:
    text = "The courier is late today and your parcel comes tomorrow"
    some = tuple(sent(f"{text}!", 10 + number, f"c{number}") for number in range(4))
    assert [(one.rule, dict(one.facts)["number"]) for one in check(text, replace(CALM, recent=some))] == [
        ("alike", "4")
    ]
    more = (*some, sent(text, 55, "c9"))
    assert rules(text, replace(CALM, recent=more)) == ["repeated"]
    assert rules(text, replace(CALM, recent=(*some, sent(text, 61, "c9")))) == ["alike"]
    assert rules(text, replace(CALM, recent=(sent(text, 600, ME),))) == ["repeated_to_customer"]
    assert rules("Thank you!", replace(CALM, recent=(sent("Thank you!", 5, ME),))) == []


def test_replies_that_lead_to_different_places_are_not_alike() -> None:
    context = replace(CALM, recent=(sent("Please look at https://a.example/one for more", 5, "c"),))
    assert "alike" not in rules("Please look at https://a.example/two for more", context)


def test_what_stands_in_a_note_does_not_go_out_unless_it_is_public_already() -> None:
    note = "Customer has moved to her mother because of the flood in the cellar"
    context = replace(CALM, private_texts=(note,))
    text = "We know you have moved to her mother, because of the FLOOD in the cellar."
    assert words(text, "leak", context).startswith("moved to her mother, because")
    assert rules(text, replace(context, customer_words=(note,))) in ([], ["off_topic"])
    assert rules("You have moved to her mother", context) == []


def test_media_need_a_description_a_look_and_another_person() -> None:
    pictures = replace(CALM, media=(Media("", opened=False),))
    assert rules("Like this", pictures) == ["media_without_text", "media_unseen", "media"]
    assert rules("Like this", replace(CALM, media=(Media("A lid", opened=True),))) == ["media"]


def test_settings_decide_who_approves() -> None:
    context = replace(CALM, urgency=Urgency.CRITICAL, followers=60_000, about_incident=True, new_author=True)
    assert rules("A refund comes", context) == ["money", "new_agent", "critical", "influencer", "incident"] or set(
        rules("A refund comes", context)
    ) == {"money", "new_agent", "critical", "influencer", "incident"}
    none = ApprovalRules(critical=False, followers=None, money=False, incidents=False)
    assert rules("A refund comes", replace(context, approval=none, new_author=False)) == []


def test_own_rules_bring_their_sentence() -> None:
    own = OwnRule("no-names", Outcome.WARN, "We name no couriers.", pattern=r"\bquickvan\b")
    found = check("QuickVan has it.", replace(CALM, rules=CheckRules(own_rules=(own,))))
    assert [(one.rule, one.outcome, one.sentence) for one in found] == [
        ("own:no-names", Outcome.WARN, "We name no couriers.")
    ]
    assert finding_view(Sentences(), found[0]).says == "We name no couriers."


@pytest.mark.parametrize(
    ("text", "context", "rule"),
    [
        ("We see your order.", replace(CALM, kind=Kind.COMPLAINT), "no_apology"),
        ("PLEASE READ THIS NOW", CALM, "shouting"),
        ("As we already told you, it is late", CALM, "blame"),
        ("Good luck with that 🙄", CALM, "sarcasm"),
        ("Wir haben das Paket und sind nicht sicher", replace(CALM, customer_words=("where is the box, you have it",)),
         "other_language"),
        ("We are looking into it", replace(CALM, incident_solved=True), "solved_already"),
        ("Our workshop opens tomorrow morning early, with coffee, cake, music, dancing",
         replace(CALM, customer_words=("@shop where is my parcel",)), "off_topic"),
    ],
)  # fmt: skip
def test_what_a_person_should_look_at_again_warns(text: str, context: CheckContext, rule: str) -> None:
    assert [(one.rule, one.outcome) for one in check(text, context)] == [(rule, Outcome.WARN)]


HURT = replace(CALM, customer_words=("@shop the plug sparks and burnt my hand",))


@pytest.mark.parametrize("text", ["Sorry! That is perfectly normal.", "So sorry. It was our fault.", "Keine Sorge!"])
def test_who_plays_harm_down_or_owns_it_needs_a_second_person(text: str) -> None:
    assert ("harm", Outcome.HOLD) in [(one.rule, one.outcome) for one in check(text, HURT)]
    assert "harm" not in rules(text, replace(CALM, customer_words=("@shop the parcel is late",)))


def test_what_happens_next_may_be_said_to_somebody_who_was_hurt() -> None:
    assert rules("We are so sorry. Please send us a direct message, we will look into your burnt plug.", HURT) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("rang oh seven seven double-zero nine hundred one two", "oh seven seven double-zero nine hundred one two"),
        ("null eins sieben sechs, drei drei, fünf fünf", "null eins sieben sechs, drei drei, fünf fünf"),
        ("zéro six douze trente-quatre soixante-dix-huit", "zéro six douze trente-quatre soixante-dix-huit"),
        ("the label went to tom.harker at gmail", "tom.harker at gmail"),
        ("wir liefern in die Lindenstraße 7", "Lindenstraße 7"),
        ("we send it to you on Harbour Lane in Whitby", "send it to you on Harbour Lane"),
    ],
)  # fmt: skip
def test_private_data_in_words_is_private_data(text: str, place: str) -> None:
    assert words(text, "private_data") == place


def test_counting_in_words_is_no_number() -> None:
    assert rules("One or two came in three parcels, four of them blue, and five or six in a box.") == []


def test_accents_that_are_left_out_hide_nothing() -> None:
    assert (
        rules("Te damos garantia de que llega manana")
        == rules("Te damos garantía de que llega mañana")
        == ["guarantee"]
    )


def test_warnings_are_over_once_their_author_has_seen_them() -> None:
    found = (Finding("alike", Outcome.WARN), Finding("money", Outcome.HOLD))
    assert unconfirmed(found, ()) == found[:1]
    assert unconfirmed(found, ("alike",)) == ()
    assert (worst(found), worst(())) == (Outcome.HOLD, None)


@pytest.mark.parametrize(
    ("text", "stopped"),
    [
        ("Oh dear, new gloves can be scratchy!", True),
        ("Sorry! Please stop using them and send us a direct message.", False),
        ("Tut uns leid! Bitte benutzen Sie sie nicht weiter und schreiben Sie uns eine Nachricht.", False),
    ],
)
def test_somebody_who_was_hurt_is_led_to_help(text: str, stopped: bool) -> None:
    hurt = replace(CALM, kind=Kind.COMPLAINT, customer_words=("Got a rash on both arms from your oven gloves",))
    assert (worst(check(text, hurt)) is Outcome.HOLD) == stopped


HURTS = replace(CALM, kind=Kind.COMPLAINT, customer_words=("Your courier's dog bit my son.",))


@pytest.mark.parametrize(
    "text",
    [
        "Which digits do your friends dial to reach you? Drop them here.",
        "There's a long number under the barcode. Snap a picture and put it up here.",
        "Who's the table under? Right here is fine.",
        "What does it say after the hash on your confirmation? Type it underneath.",
        "Post a screenshot of the receipt under this, nothing blacked out.",
        "Vous pouvez recopier juste en dessous la suite de chiffres au dos du badge ?",
        "Straße und Klingelschild kurz hier drunter, dann fragen wir nach.",
        "Which street is it? The driver looks for you.",
    ],
)
def test_requests_to_answer_in_the_open_are_stopped_in_whatever_words(text: str) -> None:
    assert {"asks_identifiers", "asks_in_public"} & set(rules(text))


@pytest.mark.parametrize(
    "text",
    [
        "Two weeks of cones is a lot, sorry. Which street is it?",
        "Tell us here which branch it was, and we'll pass it on.",
        "Please leave out any account details in public.",
        "Bitte poste hier keine Adresse.",
        "We'll look after lunch and write to you here.",
        "Which phone do you have, and which version of the app?",
        "Which number is on the handlebar?",
        "Please bring your passport and the card you paid with.",
        "Bitte den Ausweis mitbringen.",
        "Please have your booking number ready when you call.",
        "Type your postcode into the search box.",
        "Which policy do you mean, home or car?",
        "Do you have an account with us yet?",
    ],
)
def test_what_everybody_may_answer_may_be_asked(text: str) -> None:
    assert rules(text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("The one we sent is four nine one, oh two two.", "four nine one, oh two two"),
        ("Es el tres, nueve, cero, seguido de ocho, ocho, uno.", "tres, nueve, cero, seguido de ocho, ocho, uno"),
        ("The Visa ending double-seven one three ran out.", "double-seven one three"),
        ("We have it as M-A-R-S-H.", "M-A-R-S-H"),
        ("Votre dossier R-comme-Romeo 55 81.", "R-comme-Romeo"),
        ("He left it at number nine, Orchard Row.", "at number nine, Orchard"),
        ("We've got you down as the lady on Harbour Road.", "Harbour Road"),
        ("It's the flat above the chemist's on Harbour Street.", "flat"),
        ("On vous voit bien chambre 214.", "chambre 214"),
        ("On vous a bien : née le cinq mai.", "vous a bien : née le cinq mai"),
        ("The door code is 4471.", "door code is 4471"),
        ("It was signed for by J. Adeyemi.", "signed for by J. Adeyemi"),
        ("You saw Dr Lyle about your back.", "You saw Dr Lyle"),
        ("There's £212.40 on it.", "£212.40 on it"),
        ("The Monzo that ends forty-four twelve.", "Monzo that ends forty-four"),
    ],
)
def test_what_the_books_say_of_a_customer_is_private_data(text: str, place: str) -> None:
    assert words(text, "private_data") == place


@pytest.mark.parametrize(
    "text",
    [
        "FF312 goes from Terminal 2. Bag drop opens at 5:10, and gates close 20 minutes before departure.",
        "FF221 to Porto is now expected to leave at 17:50 from gate 12.",
        "We've moved round the corner to Oxford Street.",
        "The penguins eat at nine, eleven, two and four.",
        "One, two, three, four: it counts your steps.",
        "The app says error code 5041.",
        "You find them on shelf 12, top row.",
        "Ask for Mrs Patel at the desk.",
    ],
)
def test_flights_hours_counts_and_shops_are_not_private(text: str) -> None:
    assert "private_data" not in rules(text)


@pytest.mark.parametrize(
    "text",
    [
        "We guarantee you'll get an automatic Golf.",
        "You'll definitely make it.",
        "Sleep easy, it will be there.",
        "There isn't a world in which we run dry.",
        "That was the last crash you'll ever see.",
        "It's as good as parked outside your house.",
        "It will not drop again.",
        "It is fixed for good.",
        "Relax, you'll be on that train.",
    ],
)
def test_certainty_about_what_will_be_is_a_guarantee(text: str) -> None:
    assert "guarantee" in rules(text)


@pytest.mark.parametrize("text", ["You'll definitely love it.", "We'll definitely pass this on.", "As good as new!"])
def test_what_the_customer_may_feel_is_no_guarantee(text: str) -> None:
    assert "guarantee" not in rules(text)


def test_who_speaks_of_money_is_answered_about_money() -> None:
    asked = replace(CALM, kind=Kind.COMPLAINT, customer_words=("A £60 cleaning fee? Take it off!", "Hello?"))
    for text in (
        "What's spent is spent.",
        "The charge stays as it is.",
        "Once the seal is open, we can't take it back.",
    ):
        assert "money" in rules(text, asked)
    assert "money" not in rules("The statue stays as it is: what's done is done.")
    assert "money" not in rules("Sorry about that! Please message us and we'll look at it together.", asked)


def test_an_answer_to_a_complaint_that_speaks_of_money_and_leads_nowhere_is_held() -> None:
    complains = replace(CALM, kind=Kind.COMPLAINT, customer_words=("Nine days without a line!",))
    assert "money" in rules("Sorry! Your wallet won't notice a thing.", complains)
    assert "money" in rules("Sorry! The outage doesn't change your bill.", complains)
    assert "money" not in rules("Sorry! Please message us and we'll look at your bill together.", complains)
    assert "money" not in rules("Sorry! Please write to help@example.com about your bill.", complains)
    assert "money" not in rules("The bill for the small tent is in the box.")


@pytest.mark.parametrize(
    "text",
    [
        "Which contract is it about?",
        "Could you tell me the reference, letters and all?",
        "Give us your full handle with the airline.",
        "Auf wen läuft der Vertrag?",
        "A screenshot of the confirmation in your next tweet, with the name showing, would help us no end.",
    ],
)
def test_questions_for_what_may_identify_are_stopped(text: str) -> None:
    assert {"asks_identifiers", "asks_in_public"} & set(rules(text))
    assert not {"asks_identifiers", "asks_in_public"} & set(rules(f"{text} Please send it by direct message."))


def test_the_street_in_an_answer_to_who_asks_for_a_shop_is_the_brands() -> None:
    asked = replace(CALM, customer_words=("How late is the Fishponds one open?",))
    text = "A letter lies at 215 Fishponds Road."
    assert "private_data" in rules(text)
    assert "private_data" not in rules(text, asked)


def test_the_brands_own_site_may_be_said_in_words() -> None:
    ours = replace(CALM, rules=CheckRules(own_domains=("fennel.example",)))
    assert "foreign_link" in rules("Look at wanderlust dot example for maps.", ours)
    assert "foreign_link" not in rules("Look at fennel dot example for maps.", ours)


@pytest.mark.parametrize(
    "text",
    [
        "So good to hear, NAME!",
        "Thanks null!",
        "The next opening is on Friday TK June.",
        "It comes in sage and third colour goes here.",
        "Hola, nombre del cliente.",
        "El equipo de la tienda de poner tienda lo sabe.",
        "It leaves from platform (nº).",
        "We open at X today.",
        "Your *date* is near.",
        "The manager in branch name knows.",
        "It takes about %d weeks.",
        "Sorry! (agent: choose apology 1 or 2)",
        "Hi @customer, sorry!",
    ],
)
def test_words_that_stand_for_a_value_are_placeholders(text: str) -> None:
    assert "placeholder" in rules(text)


@pytest.mark.parametrize(
    "text",
    [
        "Kind regards to your nan!",
        "The lid goes here, and the tray there.",
        "The contract is null and void.",
        "WE OPEN TODAY WITH CAKE AT A NEW TIME",
        "It flies with TK 1980.",
        "You can pick one in the shop.",
    ],
)
def test_words_that_only_look_like_slots_are_none(text: str) -> None:
    assert "placeholder" not in rules(text)


def test_no_answer_to_harm_goes_out_unread_unless_it_leads_to_a_person() -> None:
    assert worst(check("Sorry! He's normally a softie.", HURTS)) is Outcome.HOLD
    assert worst(check("Sorry! You can report it in the app.", HURTS)) is Outcome.HOLD
    assert "harm_without_help" not in rules("So sorry. Please message us, a colleague reads it today.", HURTS)
    later = replace(HURTS, customer_words=(*HURTS.customer_words, "Hello? Anybody?"))
    assert worst(check("Sorry! He's normally a softie.", later)) is Outcome.HOLD


def test_pointing_to_lists_of_allergens_is_no_advice() -> None:
    assert "medical" not in rules("The allergen lists are on each bar's page.")
    assert "medical" in rules("You can take both together, two sachets a day.")


def test_an_address_in_words_is_a_link() -> None:
    assert "foreign_link" in rules("Type kidsinyork, then a full stop, then com.")
    assert "foreign_link" not in rules("At this point the tour stops.")


def test_every_rule_has_its_words() -> None:
    used = {finding.rule for one in written() for finding in one.findings if not finding.sentence}
    assert {f"check.{rule}.{part}" for rule in used for part in ("says", "cure")} <= set(catalogue())
    for one in written():
        for finding in one.findings:
            assert finding_view(Sentences(), finding).says


def test_hostile_texts_are_read_in_time() -> None:
    for text in (
        "a" * 9_000,
        "(" * 5_000,
        "1 " * 5_000,
        "a@" * 4_000,
        "a. " * 3_000,
        "order number " * 700,
        "\u0301" * 3_000,
    ):
        check(text, CALM)


@pytest.mark.parametrize(
    "text",
    [
        "Sorry, dinner shouldn't come with a swell. Could you mail a photo to us?",
        "Sorry for the headache! The new code works until Sunday.",
        "That was a stupid mistake on our side, and it is put right.",
        "Red-hot seats, these. The second show starts at 21:00.",
        "The notice should go away once the app is on version 12.",
        "The mail goes within the hour, have a look at your inbox.",
    ],
)
def test_words_with_an_everyday_meaning_are_no_harm(text: str) -> None:
    assert not [one for one in check(text, CALM) if one.outcome is not Outcome.WARN]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("my finger is burnt by your lid", "A blister like that is a badge of honour! DM us."),
        ("your kettle", "A blister and a rash, well, happens to us all."),
        ("your kettle", "What clowns you are."),
        ("your kettle", "Get lost."),
    ],
)
def test_the_same_words_count_beside_harm_or_about_a_person(said: str, text: str) -> None:
    assert [one for one in check(text, replace(CALM, customer_words=(said,))) if one.outcome is Outcome.HOLD]


@pytest.mark.parametrize("text", ["Cliquez sur « Ma ligne », puis « Aide ».", "Toca «¿Olvidaste tu clave?» y sigue."])
def test_quotation_marks_are_no_slots(text: str) -> None:
    assert "placeholder" not in rules(text)


@pytest.mark.parametrize("text", ["Bonjour « prénom », merci !", "Hola «insertar nombre», gracias."])
def test_slots_in_quotation_marks_are(text: str) -> None:
    assert "placeholder" in rules(text)


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("On Fridays the last 7 leaves Harbour Square at 00:42, and the 12 at 00:55.", False),
        ("The driver left it at 12 Orchard Row this morning.", True),
        ("On est au 12 rue Colbert, du mardi au samedi.", False),
        ("Le livreur est passé 12 rue Colbert ce matin.", True),
    ],
)
def test_a_street_is_private_where_somebody_is_at_home(text: str, private: bool) -> None:
    assert ("private_data" in rules(text)) is private


@pytest.mark.parametrize("said", ["my number is 07700900123, ring me", "whatsapp 07700 900123 and nobody answers"])
def test_a_number_that_the_customer_gave_is_still_theirs(said: str) -> None:
    found = rules("We rang 07700 900123 twice today.", replace(CALM, customer_words=(said,)))
    assert "private_data" in found


def test_the_number_of_an_order_that_the_customer_gave_may_be_said_again() -> None:
    said = replace(CALM, customer_words=("where is order FF-2291840, since May 2026?",))
    assert "private_data" not in rules("FF-2291840 was marked delivered by the courier at 11:52.", said)
    assert "private_data" in rules("Your booking code XKQ2026 opens the locker.", said)


def test_whether_something_may_be_eaten_is_for_who_knows() -> None:
    asked = replace(CALM, customer_words=("the lid is bulging and it hissed, ok to eat?",))
    assert "harm" in rules("A bit of a hiss is perfectly safe, go ahead and eat it.", asked)
