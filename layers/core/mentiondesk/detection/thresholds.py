"""The tuned constants of incident detection."""

from mentiondesk.values import Frozen


class Thresholds(Frozen):
    """Constants tuned on made-up outages that are dropped into recorded weeks of other complaints.

    `make evaluate` (tests/evaluation/incidents.py) shows the effect of changing any of them: outages noticed by size,
    delay, title precision and incidents raised a week. A surprise of 3 is one chance in 1,000 for one term at one
    moment; see `surprise`.
    """

    # Surprise required of a term, by kind of term. `required_surprise` adds one for each factor of ten in the
    # brand's complaints an hour, since more complaints mean more chances to be surprised.
    concept_surprise: float = 3.1
    general_concept_surprise: float = 3.6
    # A vague concept ("not working") is more often several small problems at once.
    vague_concept_surprise: float = 5.5
    # There are far more words than concepts, so that one of them is high by chance more often.
    word_surprise: float = 5.5
    # Least surprise of a term's part in all complaints of the same time.
    share_surprise: float = 2.0
    # Extra surprise required of a cluster that has only vague terms.
    vague_only_extra: float = 1.5
    # Complaints a day up to which two people and one fewer are enough, never fewer than `fewest_people`, and the extra
    # surprise that such a brand's clusters need.
    quiet_daily: float = 40.0
    calm_daily: float = 100.0
    # Complaints a day from which the number of them alone can tell.
    regular_daily: float = 2.0
    fewest_people: int = 3
    few_people_extra: float = 1.0
    # Hours of counts after which the number of complaints alone, that of days, and words that no table holds can be
    # compared with the usual; and reporters after which words and subjects are known as well.
    settled_hours: float = 120.0
    acquainted_reporters: float = 150.0
    # Surprise required of the number of complaints of any words, and of the part that shares a rare word.
    any_surprise: float = 4.0
    shared_surprise: float = 2.0
    # Surprise required at brands of at most `calm_daily` complaints: of the number of complaints and of the concept or
    # topic that they share, together. The surprise that the most frequent of them has by chance is taken away.
    alike_surprise: float = 4.4
    alike_by_chance: float = 1.2
    # Slow problems: people within half a day or two days, and surprise by kind of term.
    slow_people: int = 8
    slow_surprise: float = 5.0
    slow_word_surprise: float = 8.0
    # Extra surprise while the baseline is new; decays with a time constant in hours.
    new_baseline_extra: float = 1.0
    new_baseline_hours: float = 72.0
    # Lower threshold for concepts that co-occur with the seed term.
    companion_surprise: float = 2.0
    # Least surprise at which complaints still belong to an open incident.
    ongoing_surprise: float = 1.0

    # A term in a larger share of all complaints says what the brand sells, not what is wrong today.
    common_word_share: float = 0.02
    common_subject_share: float = 0.2

    # Parts of the detection window, each examined for a surge of its own.
    window_parts: tuple[float, ...] = (1 / 12, 1 / 4, 1 / 2, 1.0)
    # Cap on how far a busy day may raise the expected count.
    busy_day_cap: float = 3.0
    # Cap on a term's share of complaints when the expected count is derived from the other complaints.
    largest_share: float = 0.9

    # A word enters the title when this share of reporters use it, this many times as often as the baseline.
    title_share: float = 0.2
    title_lift: float = 3.0
    # The share of reporters that counts as most of them: a word that most use needs half the lift, and exact terms that
    # most use replace the vague term that found the cluster.
    majority: float = 0.6

    # Prior of the baseline: a rate per hour and its weight in hours, the share of complaints that has a term and its
    # weight in complaints; and the weights in complaints of the overall rate beside the rate of an hour of the
    # day, and of that beside the rate of one hour of the week.
    prior_rate: float = 1.0
    prior_rate_hours: float = 1.0
    prior_general_share: float = 0.15
    prior_concept_share: float = 0.05
    prior_everyday_share: float = 0.25
    prior_word_share: float = 0.01
    prior_share_reporters: float = 40.0
    prior_of_day: float = 2.0
    prior_of_week: float = 8.0
    overall_term_hours: float = 4.0
    # Cap on the number of events that a mean is assumed to be known from: a baseline is never exact.
    most_trust: float = 20.0

    # Share of the counts that is left after a week.
    weekly_retention: float = 0.8
    # Hours of counts, and reporters in them, after which the baseline can tell an outage from normal traffic.
    mature_hours: float = 24.0
    mature_reporters: float = 12.0
    # Cap, in multiples of the baseline, on what one hour adds to it: an outage must not become normal.
    learning_cap: float = 3.0


THRESHOLDS = Thresholds()
