//! What a conversion could not say, and where.

use std::fmt::Display;

/// Something that the document of Presentation 2.1 does not say any more, or says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    pub kind: LossKind,
    /// JSON pointer (RFC 6901) into the 3.0 document.
    pub pointer: String,
    /// For people.
    pub what: String,
}

/// Kinds of loss; the documentation of [`super`] says what each of them means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LossKind {
    Media,
    Duration,
    Size,
    Provider,
    StatementLabel,
    OtherBehaviors,
    NavDate,
    NavPlace,
    SideCanvases,
    LinkProperties,
    MemberOrder,
    EmbeddedAnnotations,
    Annotations,
    Sequences,
    Ranges,
    Start,
    Parts,
    ImageService,
    Thumbnails,
    Contexts,
    OtherProperties,
    Malformed,
}

impl LossKind {
    const COUNT: usize = Self::Malformed as usize + 1;

    /// A short name that stays the same, fit for a list in an HTTP header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Media => "media",
            Self::Duration => "duration",
            Self::Size => "size",
            Self::Provider => "provider",
            Self::StatementLabel => "statement-label",
            Self::OtherBehaviors => "other-behaviors",
            Self::NavDate => "nav-date",
            Self::NavPlace => "nav-place",
            Self::SideCanvases => "side-canvases",
            Self::LinkProperties => "link-properties",
            Self::MemberOrder => "member-order",
            Self::EmbeddedAnnotations => "embedded-annotations",
            Self::Annotations => "annotations",
            Self::Sequences => "sequences",
            Self::Ranges => "ranges",
            Self::Start => "start",
            Self::Parts => "parts",
            Self::ImageService => "image-service",
            Self::Thumbnails => "thumbnails",
            Self::Contexts => "contexts",
            Self::OtherProperties => "other-properties",
            Self::Malformed => "malformed",
        }
    }
}

/// Losses of one kind after this many are not listed: a million Canvases would say the same a million times.
const LISTED: usize = 1000;

/// The losses found so far.
#[derive(Default)]
pub(super) struct Losses {
    list: Vec<Loss>,
    counts: [usize; LossKind::COUNT],
}

impl Losses {
    pub(super) fn add(&mut self, kind: LossKind, at: &At, what: impl Display) {
        let count = &mut self.counts[kind as usize];
        *count += 1;
        if *count <= LISTED {
            self.list.push(Loss { kind, pointer: at.pointer(), what: what.to_string() });
        }
    }

    pub(super) fn into_list(self) -> Vec<Loss> {
        self.list
    }
}

/// A place in the 3.0 document; written out only when there is something to say about it.
#[derive(Clone, Copy)]
pub(super) struct At<'a>(Option<(&'a At<'a>, Step<'a>)>);

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    pub(super) const ROOT: At<'static> = At(None);

    pub(super) fn key(&'a self, key: &'a str) -> At<'a> {
        At(Some((self, Step::Key(key))))
    }

    pub(super) fn index(&'a self, index: usize) -> At<'a> {
        At(Some((self, Step::Index(index))))
    }

    fn pointer(&self) -> String {
        let mut steps = Vec::new();
        let mut here = *self;
        while let At(Some((parent, step))) = here {
            steps.push(step);
            here = *parent;
        }
        let written = steps.into_iter().rev().map(|step| match step {
            Step::Key(key) => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Step::Index(index) => format!("/{index}"),
        });
        written.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_escaped() {
        let (root, key);
        root = At::ROOT.key("items");
        key = root.index(3);
        assert_eq!(key.key("a/b~c").pointer(), "/items/3/a~1b~0c");
        assert_eq!(At::ROOT.pointer(), "");
    }

    #[test]
    fn the_same_is_not_said_for_ever() {
        let mut losses = Losses::default();
        for index in 0..LISTED + 5 {
            losses.add(LossKind::Duration, &At::ROOT.index(index), "duration");
        }
        losses.add(LossKind::Size, &At::ROOT, "size");
        assert_eq!(losses.into_list().len(), LISTED + 1);
    }
}
