//! What a connection is doing, and until when it may go on so.
//!
//! The stream notes bytes, the service notes requests, and the driver asks for the next deadline. All times are milliseconds since
//! the connection opened, as coarse as the driver's last look at the clock; 0 means never. Relaxed order is enough: on HTTP/1.1 one
//! task does it all, and on HTTP/2 only counts and moments of requests come from other tasks, whose end wakes the driver.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::Instant;

use super::Connections;

/// Writes up to this many bytes do not count as an answer on its way: acknowledgements and pings of HTTP/2.
const CHATTER: usize = 64;
/// How long a closed connection waits for the client to stop sending.
pub const LINGER: Duration = Duration::from_secs(2);

/// The state of one connection.
pub struct Pulse {
    opened: Instant,
    /// The driver's clock.
    now: AtomicU64,
    /// Requests that are being answered.
    in_hand: AtomicU32,
    /// When a head began that is not whole yet.
    head: AtomicU64,
    /// Since when the client takes nothing.
    stalled: AtomicU64,
    /// When the last answer was made, or part of one was sent.
    moved: AtomicU64,
    /// When the end began: only what is in hand is still finished.
    leaving: AtomicU64,
    /// Since when all is sent and only the client's last bytes are thrown away.
    lingering: AtomicU64,
    /// Whether the last request had a body, which may not have been read to its end.
    body: AtomicBool,
    /// Whether requests may be interleaved, so that bytes do not tell where a head begins.
    interleaved: AtomicBool,
}

/// What has lasted too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overdue {
    /// There was no request for a while: the connection may end in good order.
    Request,
    /// Head of a request.
    Head,
    /// Taking of an answer.
    Answer,
    /// End of the connection.
    End,
}

impl Pulse {
    pub fn new() -> Self {
        Self {
            opened: Instant::now(),
            now: AtomicU64::new(1),
            in_hand: AtomicU32::new(0),
            head: AtomicU64::new(1),
            stalled: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            leaving: AtomicU64::new(0),
            lingering: AtomicU64::new(0),
            body: AtomicBool::new(false),
            interleaved: AtomicBool::new(false),
        }
    }

    /// Looks at the clock.
    pub fn look(&self) -> Instant {
        let now = Instant::now();
        self.now.store(self.since_opening(now), Relaxed);
        now
    }

    fn since_opening(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.opened).as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// From here on this is HTTP/2.
    pub fn interleave(&self) {
        self.interleaved.store(true, Relaxed);
        self.head.store(0, Relaxed);
        self.moved.store(self.now.load(Relaxed), Relaxed);
    }

    /// Bytes came.
    pub fn received(&self) {
        if self.head.load(Relaxed) == 0 && self.in_hand.load(Relaxed) == 0 && !self.interleaved.load(Relaxed) {
            self.head.store(self.now.load(Relaxed), Relaxed);
        }
    }

    /// The client took bytes.
    pub fn sent(&self, bytes: usize) {
        self.stalled.store(0, Relaxed);
        if bytes > CHATTER {
            self.moved.store(self.now.load(Relaxed), Relaxed);
        }
    }

    /// The client takes no more for now.
    pub fn stall(&self) {
        if self.stalled.load(Relaxed) == 0 {
            self.stalled.store(self.now.load(Relaxed), Relaxed);
        }
    }

    /// A request is in hand until what comes back is dropped.
    pub fn hold(&self, has_body: bool) -> InHand<'_> {
        self.in_hand.fetch_add(1, Relaxed);
        self.head.store(0, Relaxed);
        self.body.store(has_body, Relaxed);
        InHand(self)
    }

    /// Whether the client may still be sending what nobody will read.
    pub fn is_owed_a_hearing(&self) -> bool {
        self.body.load(Relaxed) || self.head.load(Relaxed) != 0
    }

    pub fn leave(&self) {
        self.leaving.store(self.now.load(Relaxed), Relaxed);
    }

    pub fn linger(&self) {
        if self.lingering.load(Relaxed) == 0 {
            self.lingering.store(self.now.load(Relaxed), Relaxed);
        }
    }

    /// When patience ends, as things stand, and with what; `None` while a request is in hand and the client takes what it gets.
    pub fn deadline(&self, limits: &Connections) -> Option<(Instant, Overdue)> {
        let moment = |since: u64, longest: Duration| self.opened + Duration::from_millis(since - 1) + longest;
        let (stalled, lingering) = (self.stalled.load(Relaxed), self.lingering.load(Relaxed));
        if lingering != 0 {
            return Some((moment(lingering, LINGER), Overdue::End));
        }
        if stalled != 0 {
            return Some((moment(stalled, limits.stalled), Overdue::Answer));
        }
        if self.in_hand.load(Relaxed) != 0 {
            return None;
        }
        let (head, moved, leaving) = (self.head.load(Relaxed), self.moved.load(Relaxed), self.leaving.load(Relaxed));
        Some(match (leaving, head) {
            (0, 0) => (moment(moved.max(1), limits.idle), Overdue::Request),
            (0, head) => (moment(head.max(moved), limits.head), Overdue::Head),
            (leaving, _) => (moment(leaving.max(moved), limits.stalled), Overdue::End),
        })
    }
}

/// A request in hand.
pub struct InHand<'a>(&'a Pulse);

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        let pulse = self.0;
        pulse.moved.store(pulse.since_opening(Instant::now()), Relaxed);
        pulse.in_hand.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Connections = Connections {
        most: 1,
        head: Duration::from_secs(1),
        idle: Duration::from_secs(2),
        stalled: Duration::from_secs(3),
        leave: Duration::from_secs(4),
    };

    /// Seconds until patience ends, counted from the opening, and with what.
    fn deadline(pulse: &Pulse) -> Option<(u64, Overdue)> {
        pulse.deadline(&LIMITS).map(|(at, overdue)| ((at - pulse.opened).as_secs(), overdue))
    }

    fn at(pulse: &Pulse, second: u64) {
        pulse.now.store(second * 1000 + 1, Relaxed);
    }

    #[test]
    fn a_request_has_its_deadlines_one_after_the_other() {
        let pulse = Pulse::new();
        assert_eq!(deadline(&pulse), Some((1, Overdue::Head)), "opened, and nothing said");
        let held = pulse.hold(false);
        at(&pulse, 10);
        pulse.received();
        assert_eq!(deadline(&pulse), None, "in hand");
        drop(held);
        pulse.sent(100);
        assert_eq!(deadline(&pulse), Some((12, Overdue::Request)), "answered");
        at(&pulse, 11);
        pulse.received();
        at(&pulse, 12);
        pulse.received();
        assert_eq!(deadline(&pulse), Some((12, Overdue::Head)), "more bytes of a head give it no more time");
        drop(pulse.hold(true));
        pulse.stall();
        at(&pulse, 13);
        pulse.stall();
        assert_eq!(deadline(&pulse), Some((15, Overdue::Answer)), "nothing taken");
        pulse.sent(1);
        pulse.stall();
        assert_eq!(deadline(&pulse), Some((16, Overdue::Answer)), "a byte taken");
        pulse.linger();
        assert_eq!(deadline(&pulse), Some((15, Overdue::End)), "thrown away");
    }

    #[test]
    fn interleaved_requests_leave_no_head_to_wait_for() {
        let pulse = Pulse::new();
        pulse.interleave();
        pulse.received();
        assert_eq!(deadline(&pulse), Some((2, Overdue::Request)));
        at(&pulse, 5);
        pulse.sent(CHATTER);
        assert_eq!(deadline(&pulse), Some((2, Overdue::Request)), "a ping is no answer");
        pulse.sent(CHATTER + 1);
        pulse.leave();
        at(&pulse, 6);
        pulse.sent(1000);
        assert_eq!(deadline(&pulse), Some((9, Overdue::End)), "still sending");
    }
}
