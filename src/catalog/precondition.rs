//! Which revision a change was made for.

use super::CatalogError;

/// What the writer says about the state it wants to change: `If-Match` and `If-None-Match` in terms of revisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing was said: enough to create, not to change.
    None,
    /// Any state, as long as it exists (`If-Match: *`).
    Exists,
    /// There must be none yet (`If-None-Match: *`).
    Absent,
    /// One of these revisions.
    Revision(Vec<i64>),
}

impl Precondition {
    /// Whether a resource at revision `current` may be changed.
    ///
    /// # Errors
    /// [`CatalogError::Stale`], and [`CatalogError::PreconditionRequired`] when nothing was said.
    pub fn allows(&self, current: i64) -> Result<(), CatalogError> {
        match self {
            Self::None => Err(CatalogError::PreconditionRequired),
            Self::Absent => Err(CatalogError::Stale { current }),
            Self::Exists => Ok(()),
            Self::Revision(wanted) if wanted.contains(&current) => Ok(()),
            Self::Revision(_) => Err(CatalogError::Stale { current }),
        }
    }

    /// Whether a resource that is not there may be created.
    pub(super) fn allows_creation(&self, what: &'static str) -> Result<(), CatalogError> {
        match self {
            Self::None | Self::Absent => Ok(()),
            Self::Exists | Self::Revision(_) => Err(CatalogError::NotFound(what)),
        }
    }
}
