//! The terms of the DCMI Metadata Terms namespace, by which many catalogues name their columns.

/// Terms that have a property of IIIF.
const PROPERTIES: [(&str, &str); 3] = [("title", "label"), ("description", "summary"), ("license", "rights")];

/// Term and label, as DCMI gives it in English.
const TERMS: [(&str, &str); 52] = [
    ("abstract", "Abstract"),
    ("accessRights", "Access Rights"),
    ("accrualMethod", "Accrual Method"),
    ("accrualPeriodicity", "Accrual Periodicity"),
    ("accrualPolicy", "Accrual Policy"),
    ("alternative", "Alternative Title"),
    ("audience", "Audience"),
    ("available", "Date Available"),
    ("bibliographicCitation", "Bibliographic Citation"),
    ("conformsTo", "Conforms To"),
    ("contributor", "Contributor"),
    ("coverage", "Coverage"),
    ("created", "Date Created"),
    ("creator", "Creator"),
    ("date", "Date"),
    ("dateAccepted", "Date Accepted"),
    ("dateCopyrighted", "Date Copyrighted"),
    ("dateSubmitted", "Date Submitted"),
    ("educationLevel", "Audience Education Level"),
    ("extent", "Extent"),
    ("format", "Format"),
    ("hasFormat", "Has Format"),
    ("hasPart", "Has Part"),
    ("hasVersion", "Has Version"),
    ("identifier", "Identifier"),
    ("instructionalMethod", "Instructional Method"),
    ("isFormatOf", "Is Format Of"),
    ("isPartOf", "Is Part Of"),
    ("isReferencedBy", "Is Referenced By"),
    ("isReplacedBy", "Is Replaced By"),
    ("isRequiredBy", "Is Required By"),
    ("isVersionOf", "Is Version Of"),
    ("issued", "Date Issued"),
    ("language", "Language"),
    ("mediator", "Mediator"),
    ("medium", "Medium"),
    ("modified", "Date Modified"),
    ("provenance", "Provenance"),
    ("publisher", "Publisher"),
    ("references", "References"),
    ("relation", "Relation"),
    ("replaces", "Replaces"),
    ("requires", "Requires"),
    ("rights", "Rights"),
    ("rightsHolder", "Rights Holder"),
    ("source", "Source"),
    ("spatial", "Spatial Coverage"),
    ("subject", "Subject"),
    ("tableOfContents", "Table Of Contents"),
    ("temporal", "Temporal Coverage"),
    ("type", "Type"),
    ("valid", "Date Valid"),
];

/// The property of IIIF that a term means.
pub fn property(term: &str) -> Option<&'static str> {
    PROPERTIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(term)).map(|(_, property)| *property)
}

/// The label of the pair in `metadata` that a term means.
pub fn label(term: &str) -> Option<&'static str> {
    TERMS.iter().find(|(name, _)| name.eq_ignore_ascii_case(term)).map(|(_, label)| *label)
}

/// Every term.
pub fn names() -> impl Iterator<Item = &'static str> {
    PROPERTIES.iter().chain(&TERMS).map(|(name, _)| *name)
}
