"""What the verdict of a reproduction means to the eye is said once."""

from mlcockpit.domain.vocabulary import Tone, Verdict

_TONES = {
    Verdict.IDENTICAL: Tone.GOOD,
    Verdict.EQUIVALENT: Tone.GOOD,
    Verdict.DIVERGED: Tone.BAD,
    Verdict.FAILED: Tone.BAD,
    Verdict.INCOMPLETE: Tone.DOUBTFUL,
}


def verdict_tone(verdict: Verdict | None) -> Tone:
    """Return what a verdict means; none is unknown."""
    return Tone.UNKNOWN if verdict is None else _TONES[verdict]
