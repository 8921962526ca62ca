"""Identifiers of persons, firms, service items, cases and licences: check digits, formats, masking.

Every `check_…` takes text as typed and returns a `Check` (ok, normalised, errors, warnings, facts) with messages in
Chinese. Formats and check digits only: no look-up of counties or offices, because general libraries that do so reject
legal numbers (810000/820000/830000, counties renamed or created later).
Sources: GB 32100-2015, GB 11714-1997, GB 11643-1999, ISO/IEC 7064, GB/T 39554.1-2020, GB/T 36904-2018.
"""

from .check import Check, normalise
from .digits import (
    credit_code_check,
    gb11643_check,
    mod_11_10,
    mod_37_36,
    organisation_code_check,
)
from .items import (
    CaseNo,
    TaskCode,
    build_case_no,
    build_handle_item,
    build_task_code,
    check_case_no,
    check_catalog_code,
    check_handle_item,
    check_task_code,
    parse_case_no,
    parse_task_code,
)
from .licences import (
    LicenceIdentifier,
    build_licence_number,
    check_licence_identifier,
    check_licence_number,
    licence_identifier,
)
from .masks import mask_id, mask_name, mask_phone
from .organisations import check_credit_code, check_registration_no
from .persons import (
    check_disabled_card,
    check_foreigner_residence,
    check_hk_macao_permit,
    check_passport,
    check_residence_permit,
    check_resident_id,
    check_taiwan_permit,
)
from .phones import check_phone
from .regions import check_region_code

__all__ = [
    "CaseNo",
    "Check",
    "LicenceIdentifier",
    "TaskCode",
    "build_case_no",
    "build_handle_item",
    "build_licence_number",
    "build_task_code",
    "check_case_no",
    "check_catalog_code",
    "check_credit_code",
    "check_disabled_card",
    "check_foreigner_residence",
    "check_handle_item",
    "check_hk_macao_permit",
    "check_licence_identifier",
    "check_licence_number",
    "check_passport",
    "check_phone",
    "check_region_code",
    "check_registration_no",
    "check_residence_permit",
    "check_resident_id",
    "check_taiwan_permit",
    "check_task_code",
    "credit_code_check",
    "gb11643_check",
    "licence_identifier",
    "mask_id",
    "mask_name",
    "mask_phone",
    "mod_11_10",
    "mod_37_36",
    "normalise",
    "organisation_code_check",
    "parse_case_no",
    "parse_task_code",
]
