//! Descriptive properties, the same for items and canvases.

use poem_openapi::{Enum, Object};

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
        } = self;
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
        } = descriptive;
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
