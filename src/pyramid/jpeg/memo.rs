//! Values that are made once and used often.

use std::sync::{Arc, PoisonError, RwLock};

/// Most values that are kept.
const MAX_KEPT: usize = 16;

/// The values that were made last.
pub(super) struct Memo<T>(RwLock<Vec<Arc<T>>>);

impl<T> Memo<T> {
    pub(super) const fn new() -> Self {
        Self(RwLock::new(Vec::new()))
    }

    pub(super) fn find(&self, is_wanted: impl Fn(&T) -> bool) -> Option<Arc<T>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|value| is_wanted(value)).cloned()
    }

    /// Keeps a value instead of the oldest one.
    pub(super) fn keep(&self, value: T) -> Arc<T> {
        let value = Arc::new(value);
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == MAX_KEPT {
            kept.remove(0);
        }
        kept.push(value.clone());
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_value_goes() {
        let memo = Memo::new();
        (0..=MAX_KEPT).for_each(|value| assert_eq!(*memo.keep(value), value));
        assert!(memo.find(|value| *value == 0).is_none() && memo.find(|value| *value == 1).is_some());
    }
}
