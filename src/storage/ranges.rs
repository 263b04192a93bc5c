//! Which requests to make for many ranges of one object.

use std::ops::Range;

use super::StorageError;

/// Bytes that are read and thrown away rather than asking a second time.
const GAP: u64 = 16 << 10;
/// Neighbours are joined up to this many bytes.
const MERGED: u64 = 4 << 20;
/// Bytes one call may fetch.
const TOTAL: u64 = 256 << 20;

/// One request, and the places in the caller's list that it serves.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fetch {
    pub range: Range<u64>,
    pub serves: Vec<usize>,
}

impl Fetch {
    fn joins(&self, next: &Range<u64>) -> bool {
        let end = self.range.end.max(next.end);
        end == self.range.end || (next.start.saturating_sub(self.range.end) <= GAP && end - self.range.start <= MERGED)
    }
}

/// Joins neighbouring ranges; ranges may come in any order, overlap or repeat. Empty ones need no request.
///
/// # Errors
/// [`StorageError::OutOfRange`] when a range ends before it starts or the whole is larger than one call may fetch.
pub(super) fn merge(ranges: &[Range<u64>]) -> Result<Vec<Fetch>, StorageError> {
    if ranges.iter().any(|range| range.start > range.end) {
        return Err(StorageError::OutOfRange);
    }
    let mut order: Vec<usize> = (0..ranges.len()).filter(|&at| !ranges[at].is_empty()).collect();
    order.sort_by_key(|&at| (ranges[at].start, ranges[at].end));
    let mut fetches: Vec<Fetch> = Vec::new();
    for at in order {
        let next = &ranges[at];
        match fetches.last_mut() {
            Some(last) if last.joins(next) => {
                last.range.end = last.range.end.max(next.end);
                last.serves.push(at);
            }
            _ => fetches.push(Fetch { range: next.clone(), serves: vec![at] }),
        }
    }
    let total = fetches.iter().fold(0u64, |sum, fetch| sum.saturating_add(fetch.range.end - fetch.range.start));
    if total > TOTAL { Err(StorageError::OutOfRange) } else { Ok(fetches) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KIB: u64 = 1 << 10;
    const MIB: u64 = 1 << 20;

    #[test]
    fn neighbours_are_joined() {
        type Case<'a> = (&'a [(u64, u64)], &'a [(u64, u64)]);
        let cases: &[Case] = &[
            (&[], &[]),
            (&[(5, 5)], &[]),
            (&[(0, 10)], &[(0, 10)]),
            (&[(0, 10), (10, 20)], &[(0, 20)]),
            (&[(10, 20), (0, 10)], &[(0, 20)]),
            (&[(0, 10), (0, 10)], &[(0, 10)]),
            (&[(0, 100), (20, 30)], &[(0, 100)]),
            (&[(0, 10), (10 + 16 * KIB, 10 + 17 * KIB)], &[(0, 10 + 17 * KIB)]),
            (&[(0, 10), (11 + 16 * KIB, 11 + 17 * KIB)], &[(0, 10), (11 + 16 * KIB, 11 + 17 * KIB)]),
            (&[(0, 2 * MIB), (2 * MIB, 4 * MIB)], &[(0, 4 * MIB)]),
            (&[(0, 2 * MIB), (2 * MIB, 4 * MIB + 1)], &[(0, 2 * MIB), (2 * MIB, 4 * MIB + 1)]),
            (&[(0, 9 * MIB), (8 * MIB, 9 * MIB)], &[(0, 9 * MIB)]),
            (&[(0, 9 * MIB), (9 * MIB, 9 * MIB + 1)], &[(0, 9 * MIB), (9 * MIB, 9 * MIB + 1)]),
            (&[(u64::MAX - 1, u64::MAX), (0, 1)], &[(0, 1), (u64::MAX - 1, u64::MAX)]),
        ];
        for (asked, expected) in cases {
            let ranges: Vec<Range<u64>> = asked.iter().map(|&(start, end)| start..end).collect();
            let merged = merge(&ranges).expect("good ranges");
            let merged: Vec<_> = merged.into_iter().map(|fetch| (fetch.range.start, fetch.range.end)).collect();
            assert_eq!(merged, *expected, "{asked:?}");
        }
    }

    #[test]
    #[expect(clippy::reversed_empty_ranges, reason = "the fault under test")]
    fn impossible_ranges_are_refused() {
        assert_eq!(merge(&[0..1, 9..3]), Err(StorageError::OutOfRange));
        assert_eq!(merge(&[0..1, 0..u64::MAX]), Err(StorageError::OutOfRange));
        assert_eq!(merge(&[0..TOTAL, TOTAL + MIB..TOTAL + MIB + 1]), Err(StorageError::OutOfRange));
    }

    proptest! {
        #[test]
        fn every_range_is_served_once_and_whole(pairs in proptest::collection::vec((0..MIB, 0..64 * KIB), 0..40)) {
            let ranges: Vec<Range<u64>> = pairs.into_iter().map(|(start, length)| start..start + length).collect();
            let fetches = merge(&ranges).expect("good ranges");
            let mut served = vec![0; ranges.len()];
            for fetch in &fetches {
                for &at in &fetch.serves {
                    served[at] += 1;
                    prop_assert!(fetch.range.start <= ranges[at].start && ranges[at].end <= fetch.range.end);
                }
                prop_assert_eq!(fetch.serves.iter().map(|&at| ranges[at].end).max(), Some(fetch.range.end));
                prop_assert!(fetch.range.end - fetch.range.start <= MERGED);
            }
            for (range, served) in ranges.iter().zip(served) {
                prop_assert_eq!(served, usize::from(!range.is_empty()));
            }
            for pair in fetches.windows(2) {
                prop_assert!(pair[0].range.end < pair[1].range.start + MERGED && pair[0].range.start < pair[1].range.start);
            }
        }
    }
}
