"""Tables of cases. The state of a case is changed by ``actions`` only; nothing here decides anything."""

from .aftermath import GenuineAlert, Rating, Rectification
from .bans import ApplicationBan
from .batches import Batch, BatchLine
from .bundles import BundleVersion, Master, MasterPart
from .case import OPEN, UNFINISHED, Case, Channel, Submission, same_applicant
from .corrections import CorrectionDefect, CorrectionException, CorrectionNotice, MaterialMark
from .counter import CaseSignature, PrintJob
from .delivery import Delivery, Dispatch, DispatchEvent
from .disputes import DataDispute
from .hearings import Hearing
from .materials import CaseMaterial, Tolerance
from .papers import CaseDocument
from .procedures import Extension, OpinionRequest, SpecialProcedure, SpecialProposal
from .words import Opinion, Phrase

__all__ = [
    "OPEN",
    "UNFINISHED",
    "ApplicationBan",
    "Batch",
    "BatchLine",
    "BundleVersion",
    "Case",
    "CaseDocument",
    "CaseMaterial",
    "CaseSignature",
    "Channel",
    "CorrectionDefect",
    "CorrectionException",
    "CorrectionNotice",
    "DataDispute",
    "Delivery",
    "Dispatch",
    "DispatchEvent",
    "Extension",
    "GenuineAlert",
    "Hearing",
    "Master",
    "MasterPart",
    "MaterialMark",
    "Opinion",
    "OpinionRequest",
    "Phrase",
    "PrintJob",
    "Rating",
    "Rectification",
    "SpecialProcedure",
    "SpecialProposal",
    "Submission",
    "Tolerance",
    "same_applicant",
]
