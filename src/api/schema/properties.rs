//! Descriptive properties, the same for items and canvases.

use poem_openapi::{Enum, Object};
use serde_json::{Map, Value};

use super::language::{LanguageText, LinkTo, Pair, Provider};
use crate::iiif::presentation::{Descriptive, ViewingDirection};

/// What is said of an item or a canvas, in the words of IIIF Presentation 3.0, beside its label.
#[derive(Clone, Default, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct Properties {
    /// A short text about it; simple HTML is allowed.
    pub summary: Option<LanguageText>,
    /// Pairs for display, in order.
    #[oai(validator(max_items = 1000))]
    pub metadata: Option<Vec<Pair>>,
    /// URI of a Creative Commons licence or a RightsStatements.org statement, in its `http:` form.
    pub rights: Option<String>,
    /// What must be shown with it, such as an attribution.
    pub required_statement: Option<Pair>,
    /// Who provides it.
    pub provider: Option<Vec<Provider>>,
    /// Pages about it, for people.
    pub homepage: Option<Vec<LinkTo>>,
    /// Descriptions of it, for machines.
    pub see_also: Option<Vec<LinkTo>>,
    /// Other forms of it, such as a PDF.
    pub rendering: Option<Vec<LinkTo>>,
    /// Its date for maps and timelines: a date and time with a time zone.
    pub nav_date: Option<String>,
    /// The direction in which canvases follow one another; not on a canvas.
    pub viewing_direction: Option<Direction>,
    /// How viewers should show it, such as `paged`.
    pub behavior: Option<Vec<String>>,
    /// Pictures that stand for it. Chosen by the service if not given.
    pub thumbnail: Option<Vec<Value>>,
    /// The canvas, or part of a canvas, that viewers open first.
    pub start: Option<Value>,
    /// A canvas that is shown while this one loads, or before it is played.
    pub placeholder_canvas: Option<Value>,
    /// A canvas that is shown beside this one, such as the cover of a recording.
    pub accompanying_canvas: Option<Value>,
    /// What it is part of elsewhere; our own collections are added by the service.
    pub part_of: Option<Vec<Value>>,
    /// Services that belong to it, such as a search.
    pub service: Option<Vec<Value>>,
    /// Services that several parts of a manifest refer to.
    pub services: Option<Vec<Value>>,
    /// Where it is on the map: a GeoJSON FeatureCollection, as the navPlace extension has it.
    pub nav_place: Option<Value>,
    /// All other properties by their names, just as they stand in the manifest.
    pub other: Option<Value>,
}

/// Reading directions.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "kebab-case")]
pub enum Direction {
    LeftToRight,
    RightToLeft,
    TopToBottom,
    BottomToTop,
}

/// `None` for an empty list: what is not said is not shown.
fn some<T, U>(list: Vec<T>, make: impl Fn(T) -> U) -> Option<Vec<U>> {
    (!list.is_empty()).then(|| list.into_iter().map(make).collect())
}

fn all<T, U>(list: Option<Vec<T>>, take: impl Fn(T) -> U) -> Vec<U> {
    list.unwrap_or_default().into_iter().map(take).collect()
}

impl Properties {
    /// The same as the IIIF model has it, with `label`.
    pub fn into_descriptive(self, label: LanguageText) -> Descriptive {
        let Self {
            summary,
            metadata,
            rights,
            required_statement,
            provider,
            homepage,
            see_also,
            rendering,
            nav_date,
            viewing_direction,
            behavior,
            thumbnail,
            start,
            placeholder_canvas,
            accompanying_canvas,
            part_of,
            service,
            services,
            nav_place,
            other,
        } = self;
        let mut rest: Map<String, Value> = Map::new();
        let lists = [("thumbnail", thumbnail), ("partOf", part_of), ("service", service), ("services", services)];
        rest.extend(lists.into_iter().filter_map(|(name, list)| Some((name.to_owned(), list?.into()))));
        let single = [
            ("start", start),
            ("placeholderCanvas", placeholder_canvas),
            ("accompanyingCanvas", accompanying_canvas),
            ("navPlace", nav_place),
        ];
        rest.extend(single.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        rest.extend(other.and_then(|other| other.as_object().cloned()).into_iter().flatten());
        Descriptive {
            label: label.0,
            summary: summary.unwrap_or_default().0,
            metadata: all(metadata, |pair| pair.0),
            rights,
            required_statement: required_statement.map(|pair| pair.0),
            provider: all(provider, |agent| agent.0),
            homepage: all(homepage, |link| link.0),
            see_also: all(see_also, |link| link.0),
            rendering: all(rendering, |link| link.0),
            nav_date,
            viewing_direction: viewing_direction.map(ViewingDirection::from),
            behavior: behavior.unwrap_or_default(),
            rest,
        }
    }

    /// From the IIIF model; the label comes apart.
    pub fn from_descriptive(descriptive: Descriptive) -> (LanguageText, Self) {
        let Descriptive {
            label,
            summary,
            metadata,
            rights,
            required_statement,
            provider,
            homepage,
            see_also,
            rendering,
            nav_date,
            viewing_direction,
            behavior,
            mut rest,
        } = descriptive;
        let mut list = |name: &str| match rest.remove(name) {
            Some(Value::Array(list)) => Some(list),
            Some(other) => Some(vec![other]),
            None => None,
        };
        let (thumbnail, part_of, service, services) = (list("thumbnail"), list("partOf"), list("service"), list("services"));
        let mut one = |name: &str| rest.remove(name);
        let (start, nav_place) = (one("start"), one("navPlace"));
        let (placeholder_canvas, accompanying_canvas) = (one("placeholderCanvas"), one("accompanyingCanvas"));
        let properties = Self {
            summary: (!summary.is_empty()).then_some(LanguageText(summary)),
            metadata: some(metadata, Pair),
            rights,
            required_statement: required_statement.map(Pair),
            provider: some(provider, Provider),
            homepage: some(homepage, LinkTo),
            see_also: some(see_also, LinkTo),
            rendering: some(rendering, LinkTo),
            nav_date,
            viewing_direction: viewing_direction.map(Direction::from),
            behavior: some(behavior, |value| value),
            thumbnail,
            start,
            placeholder_canvas,
            accompanying_canvas,
            part_of,
            service,
            services,
            nav_place,
            other: (!rest.is_empty()).then(|| rest.into()),
        };
        (LanguageText(label), properties)
    }
}

impl From<Direction> for ViewingDirection {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::LeftToRight => Self::LeftToRight,
            Direction::RightToLeft => Self::RightToLeft,
            Direction::TopToBottom => Self::TopToBottom,
            Direction::BottomToTop => Self::BottomToTop,
        }
    }
}

impl From<ViewingDirection> for Direction {
    fn from(direction: ViewingDirection) -> Self {
        match direction {
            ViewingDirection::LeftToRight => Self::LeftToRight,
            ViewingDirection::RightToLeft => Self::RightToLeft,
            ViewingDirection::TopToBottom => Self::TopToBottom,
            ViewingDirection::BottomToTop => Self::BottomToTop,
        }
    }
}
