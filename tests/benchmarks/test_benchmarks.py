"""The benchmarks run, and print what they say they print. How fast anything is, no test asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest

from tests.benchmarks import compare, deliver, invite, plugin, record, replay, verify

PLUGIN = """\
import over pytest # ms (aim: at most # ms)
first interception # ms (aim: less than # ms)
fixture enter and exit # ms
without interception # ms
"""

COMPARED = """\
equal traces of one cassette with # interactions; medians of # rounds
µs per interaction ratio
this comparer # #
ids stripped, == # #
this comparer, JSON read as well # #
ids stripped, ==, JSON read as well # #
DeepDiff # # on # of them
DeepDiff, ignore_order # # on # of them
DeepDiff, iterable_compare_func # # on # of them
→ this comparer ÷ ids stripped, ==: # (aim: at most #)
→ DeepDiff ÷ this comparer: # (aim: at least #)
→ DeepDiff ÷ ids stripped, ==: # (for comparison)

equal traces of # cassettes with # interactions each; medians of # rounds
µs per interaction ratio
this comparer # #
ids stripped, == # #
DeepDiff # # on # of them
DeepDiff, ignore_order # # on # of them
→ this comparer ÷ ids stripped, ==: # (aim: at most #)
→ DeepDiff ÷ this comparer: # (aim: at least #)
→ DeepDiff ÷ ids stripped, ==: # (for comparison)

a roster of #, every second entry changed in one member; medians of # rounds
µs per participant ratio
this comparer # #
DeepDiff # #
DeepDiff of entries keyed by identity # #
DeepDiff, iterable_compare_func # #
DeepDiff, ignore_order:
roster of #: # µs per participant, # times this comparer
roster of #: # µs per participant, # times this comparer
→ DeepDiff, ignore_order ÷ this comparer, roster of #: # (aim: at least #)

equal traces of one cassette: µs per interaction # at #, # at #
→ largest ÷ smallest: # (aim: at most #)
an equal roster: µs per participant # at #, # at #
→ largest ÷ smallest: # (aim: at most #)
a roster, every second entry changed: µs per participant # at #, # at #
→ largest ÷ smallest: # (aim: at most #)

memory of comparing one cassette of # interactions: # MiB beside # of both traces and the program; \
# MiB of Python objects at the peak, # KiB per interaction

"""

VERIFIED = """\
whole verify on one core, medians of # rounds; # ms of each run are its start
inter. a second µs each load µs drive µs compare µs
shipped cassettes # # # # # #
one cassette, # interactions # # # # # #
one cassette, # interactions # # # # # #
→ one cassette, interactions a second in the largest: # (aim: at least #)
→ one cassette, largest ÷ smallest: # (aim: at most #)
cassettes of #, # interactions # # # # # #
cassettes of #, # interactions # # # # # #
→ cassettes of #, interactions a second in the largest: # (aim: at least #)
→ cassettes of #, largest ÷ smallest: # (aim: at most #)
memory of one cassette, # interactions: # MiB beside # of the program; # MiB of Python objects at the peak
memory of cassettes of #, # interactions: # MiB beside # of the program; # MiB of Python objects at the peak
"""

REPLAYED = """\
lives of calls, # interactions, # requests; medians of # rounds
µs per request ratio
this replay # #
vcrpy, match_on with body # #
this replay, made ready # #
this replay, saying that nothing is recorded # #
lives of calls, # interactions, # requests; medians of # rounds
µs per request ratio
this replay # #
vcrpy, match_on with body # #
this replay, made ready # #
this replay, saying that nothing is recorded # #
lives of calls, # interactions, # requests; medians of # rounds
µs per request ratio
this replay # #
vcrpy, match_on with body # #
this replay, made ready # #
this replay, saying that nothing is recorded # #
→ vcrpy ÷ this replay, # interactions: # (aim: at least #)
→ this replay, largest ÷ smallest: # (aim: at most #; the first, of one request, apart)
→ saying that nothing is recorded, # interactions, seconds: # (aim: at most #)

everybody into one call, last first, # interactions, # requests; medians of # rounds
µs per request ratio
this replay # #
vcrpy, match_on with body # #
this replay, made ready # #
this replay, saying that nothing is recorded # #
everybody into one call, last first, # interactions, # requests; medians of # rounds
µs per request ratio
this replay # #
vcrpy, match_on with body # #
this replay, made ready # #
this replay, saying that nothing is recorded # #
everybody into one call, last first, # interactions, # requests; medians of # rounds
µs per request ratio
this replay # #
vcrpy, match_on with body # #
this replay, made ready # #
this replay, saying that nothing is recorded # #
→ vcrpy ÷ this replay, # interactions: # (aim: at least #)
→ this replay, largest ÷ smallest: # (aim: at most #; the first, of one request, apart)
→ saying that nothing is recorded, # interactions, seconds: # (aim: at most #)

"""


DELIVERED = """\
notifications of # bytes from one thread over one connection; medians of # rounds
a second ratio
this harness # #
raw socket # #
http.client # #
requests # #
httpx # #
→ this harness, a second: # (aim: at least #)
"""

INVITED = """\
one invite; medians of # rounds
µs ratio
requests: fake, in process # #
requests: bare Flask view, in process # #
requests: constant answer, in process # #
requests: vcrpy replay of one interaction # #
requests: fake, over loopback # #
requests: responses, static answer # #
httpx: fake, in process # #
httpx: bare Flask view, in process # #
httpx: constant answer, in process # #
httpx: vcrpy replay of one interaction # #
httpx: fake, over loopback # #
aiohttp: fake, in process # #
aiohttp: bare Flask view, in process # #
aiohttp: constant answer, in process # #
aiohttp: vcrpy replay of one interaction # #
aiohttp: fake, over loopback # #
fake, called as WSGI app # #
bare Flask view, called as WSGI app # #
→ requests, the fake ÷ bare Flask view, in process: # (aim: at most #; whether it is held)
→ requests, the fake ÷ vcrpy replay of one interaction: # (aim: at most #; whether it is held)
→ httpx, the fake ÷ bare Flask view, in process: # (aim: at most #; whether it is held)
→ httpx, the fake ÷ vcrpy replay of one interaction: # (aim: at most #; whether it is held)
→ aiohttp, the fake ÷ bare Flask view, in process: # (aim: at most #; whether it is held)
→ aiohttp, the fake ÷ vcrpy replay of one interaction: # (aim: at most #; whether it is held)
→ requests, the fake ÷ responses, static answer: # (aim: at most #; whether it is held)
"""


RECORDED = """\
one interaction kept, medians of #
people in it ms sanitise fsync
# # # #
# # # #
# # # #
"""


@pytest.mark.parametrize(
    ("main", "printed"),
    [
        (compare.main, COMPARED),
        (verify.main, VERIFIED),
        (deliver.main, DELIVERED),
        (invite.main, INVITED),
        (replay.main, REPLAYED),
        (plugin.main, PLUGIN),
        (record.main, RECORDED),
    ],
    ids=["compare", "verify", "deliver", "invite", "replay", "plugin", "record"],
)
def test_benchmark_prints_every_figure(
    main: Callable[[Sequence[str]], int], printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--quick"]) == 0

    assert without_figures(capsys.readouterr().out) == printed


def without_figures(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.splitlines()]
    lines = [re.sub(r"; (not )?held\)$", "; whether it is held)", line) for line in lines]
    return "".join(re.sub(r"\b\d[\d,.]*\d\b|\b\d\b", "#", line) + "\n" for line in lines)
