"""The rules by which mutants are made: each a function over one place of a document, that yields edits.

A rule says nothing about whether its mutants are equal to the document: that is the oracle's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.properties.rules import identities, members, messages, values
from tests.properties.rules.edits import Edits, Rule

__all__ = ["RULES", "Edits", "Rule"]

RULES: Final[Mapping[str, Rule]] = {
    "drop": members.drop,
    "rename": members.rename,
    "extra member": members.extra,
    "duplicate": members.duplicate,
    "reorder": members.reorder,
    "moved value": members.moved,
    "null": values.null,
    "retype": values.retype,
    "other value": values.other,
    "other case": values.other_case,
    "other spacing": values.other_spacing,
    "unicode": values.other_unicode,
    "time": values.other_time,
    "placeholder": values.placeholder,
    "fresh id here": identities.fresh_here,
    "id of another kind here": identities.of_another_kind_here,
    "somebody else's id here": identities.somebody_elses,
    "id of the same role here": identities.of_the_same_role,
    "GUID spelling": identities.other_spelling,
    "phone format": identities.other_phone_format,
    "MRI prefix": identities.other_mri_prefix,
    "thread suffix": identities.other_thread_suffix,
    "ids merged": identities.merged,
    "ids swapped in one interaction": identities.swapped_in_one_interaction,
    "ids swapped in one direction": identities.swapped_in_one_direction,
    "status": messages.status,
    "method": messages.method,
    "address": messages.address,
    "header": messages.header,
    "diagnostic": messages.diagnostic,
    "body": messages.body,
    "bot's answer": messages.answer_of_the_bot,
    "dropped message": messages.dropped,
    "duplicated message": messages.duplicated,
    "reordered message": messages.reordered,
    "extra message": messages.extra,
}
