//! The classes of resources and which properties they may have (Presentation 3.0, appendix A).

use std::collections::HashMap;
use std::sync::LazyLock;

/// A class of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Collection,
    Manifest,
    Canvas,
    Range,
    AnnotationPage,
    Annotation,
    AnnotationCollection,
    /// An image, text, sound, video or data set, wherever it stands.
    Content,
    Agent,
}

pub(super) const COLLECTION: u32 = Class::Collection.bit();
pub(super) const MANIFEST: u32 = Class::Manifest.bit();
pub(super) const CANVAS: u32 = Class::Canvas.bit();
pub(super) const RANGE: u32 = Class::Range.bit();
pub(super) const ANNOTATION_PAGE: u32 = Class::AnnotationPage.bit();
pub(super) const ANNOTATION: u32 = Class::Annotation.bit();
pub(super) const ANNOTATION_COLLECTION: u32 = Class::AnnotationCollection.bit();
const CONTENT: u32 = Class::Content.bit();
const AGENT: u32 = Class::Agent.bit();
const ANY: u32 = u32::MAX;
const NAVIGABLE: u32 = COLLECTION | MANIFEST | CANVAS | RANGE;

const CLASSES: [Class; 9] = [
    Class::Collection,
    Class::Manifest,
    Class::Canvas,
    Class::Range,
    Class::AnnotationPage,
    Class::Annotation,
    Class::AnnotationCollection,
    Class::Content,
    Class::Agent,
];

impl Class {
    pub(super) const fn bit(self) -> u32 {
        1 << self as u32
    }

    /// The word of the specification.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Collection => "Collection",
            Self::Manifest => "Manifest",
            Self::Canvas => "Canvas",
            Self::Range => "Range",
            Self::AnnotationPage => "AnnotationPage",
            Self::Annotation => "Annotation",
            Self::AnnotationCollection => "AnnotationCollection",
            Self::Content => "content resource",
            Self::Agent => "Agent",
        }
    }

    /// The class of a document with this `type`.
    pub(super) fn of(name: &str) -> Option<Self> {
        CLASSES.into_iter().filter(|class| !matches!(class, Self::Content | Self::Agent)).find(|class| class.name() == name)
    }

    /// The names of several classes.
    pub(super) fn names(bits: u32) -> String {
        let names: Vec<_> = CLASSES.into_iter().filter(|class| class.bit() & bits != 0).map(Self::name).collect();
        names.join(" or ")
    }

    /// The properties that the class should have, beside those that it must.
    pub(super) fn recommended(self) -> &'static [&'static str] {
        match self {
            Self::Collection | Self::Manifest => &["metadata", "summary", "provider", "thumbnail"],
            Self::Canvas | Self::AnnotationCollection | Self::Range => &["label"],
            Self::Agent => &["homepage", "logo"],
            Self::AnnotationPage | Self::Annotation | Self::Content => &[],
        }
    }
}

/// What a property holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Label,
    Summary,
    Metadata,
    RequiredStatement,
    Rights,
    NavDate,
    Direction,
    TimeMode,
    Behavior,
    Pixels,
    Duration,
    Format,
    Profile,
    Language,
    Link(LinkShape),
    Annotations,
    /// What the class itself checks, or what is not looked into.
    Other,
}

/// What a property holds that leads to other resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkShape {
    Homepage,
    Rendering,
    SeeAlso,
    PartOf,
    Thumbnail,
    Logo,
    Provider,
    Service,
    Services,
    Start,
    Poster,
    Supplementary,
}

/// A property: its name, what it holds, and the classes that may have it.
pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) classes: u32,
}

const fn property(name: &'static str, shape: Shape, classes: u32) -> Property {
    Property { name, shape, classes }
}

/// Every property of Presentation 3.0.
pub(super) static PROPERTIES: [Property; 47] = [
    property("id", Shape::Other, ANY),
    property("type", Shape::Other, ANY),
    property("label", Shape::Label, ANY),
    property("summary", Shape::Summary, ANY),
    property("metadata", Shape::Metadata, ANY),
    property("requiredStatement", Shape::RequiredStatement, ANY),
    property("rights", Shape::Rights, ANY),
    property("provider", Shape::Link(LinkShape::Provider), !AGENT),
    property("thumbnail", Shape::Link(LinkShape::Thumbnail), ANY),
    property("navDate", Shape::NavDate, NAVIGABLE),
    property("navPlace", Shape::Other, ANY),
    property("placeholderCanvas", Shape::Link(LinkShape::Poster), NAVIGABLE),
    property("accompanyingCanvas", Shape::Link(LinkShape::Poster), NAVIGABLE),
    property("height", Shape::Pixels, CANVAS | CONTENT),
    property("width", Shape::Pixels, CANVAS | CONTENT),
    property("duration", Shape::Duration, CANVAS | CONTENT),
    property("format", Shape::Format, CONTENT),
    property("profile", Shape::Profile, CONTENT),
    property("language", Shape::Language, CONTENT),
    property("viewingDirection", Shape::Direction, COLLECTION | MANIFEST | RANGE),
    property("behavior", Shape::Behavior, !AGENT),
    property("timeMode", Shape::TimeMode, ANNOTATION),
    property("seeAlso", Shape::Link(LinkShape::SeeAlso), ANY),
    property("service", Shape::Link(LinkShape::Service), ANY),
    property("homepage", Shape::Link(LinkShape::Homepage), ANY),
    property("logo", Shape::Link(LinkShape::Logo), AGENT),
    property("rendering", Shape::Link(LinkShape::Rendering), ANY),
    property("partOf", Shape::Link(LinkShape::PartOf), ANY),
    property("start", Shape::Link(LinkShape::Start), MANIFEST | RANGE),
    property("supplementary", Shape::Link(LinkShape::Supplementary), RANGE),
    property("services", Shape::Link(LinkShape::Services), COLLECTION | MANIFEST),
    property("items", Shape::Other, COLLECTION | MANIFEST | CANVAS | RANGE | ANNOTATION_PAGE | CONTENT),
    property("structures", Shape::Other, MANIFEST),
    property("annotations", Shape::Annotations, COLLECTION | MANIFEST | CANVAS | RANGE | CONTENT),
    property("motivation", Shape::Other, ANNOTATION),
    property("body", Shape::Other, ANNOTATION),
    property("target", Shape::Other, ANNOTATION),
    property("stylesheet", Shape::Other, ANNOTATION),
    property("creator", Shape::Other, ANY),
    property("created", Shape::Other, ANY),
    property("first", Shape::Other, ANY),
    property("last", Shape::Other, ANY),
    property("next", Shape::Other, ANY),
    property("prev", Shape::Other, ANY),
    property("total", Shape::Other, ANY),
    property("startIndex", Shape::Other, ANY),
    property("ignored", Shape::Other, ANY),
];

static BY_NAME: LazyLock<HashMap<&str, &Property>> =
    LazyLock::new(|| PROPERTIES.iter().map(|property| (property.name, property)).collect());

/// The property of this name.
pub(super) fn property_of(name: &str) -> Option<&'static Property> {
    BY_NAME.get(name).copied()
}

/// Words of version 2 that have no meaning in version 3, and what took their place.
const OLD: [(&str, &str); 22] = [
    ("description", "write summary"),
    ("attribution", "write requiredStatement, a pair of label and value"),
    ("license", "write rights if it is of Creative Commons or RightsStatements.org, or else requiredStatement"),
    ("related", "write homepage, or put it into metadata"),
    ("within", "write partOf"),
    ("viewingHint", "write behavior, a list"),
    ("startCanvas", "write start: {\"id\": …, \"type\": \"Canvas\"}"),
    ("contentLayer", "write supplementary: {\"id\": …, \"type\": \"AnnotationCollection\"}"),
    ("sequences", "put the Canvases of the first sequence into items; further sequences become Ranges with behavior sequence"),
    ("canvases", "write items"),
    ("images", "write items: an AnnotationPage whose items are the painting Annotations"),
    ("otherContent", "write annotations: AnnotationPages"),
    ("resources", "write items"),
    ("manifests", "write items"),
    ("collections", "write items"),
    ("members", "write items"),
    ("ranges", "write items, the Ranges nested within each other"),
    ("resource", "write body"),
    ("on", "write target"),
    ("chars", "write value"),
    ("full", "write source"),
    ("default", "write items, the first of which is the default"),
];

/// What took the place of a word of version 2.
pub(super) fn successor(name: &str) -> Option<&'static str> {
    OLD.iter().find(|(old, _)| *old == name).map(|(_, cure)| *cure)
}
