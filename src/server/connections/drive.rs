//! Keeps a connection going until it ends by itself, is told to end, or has taken too long.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use hyper_util::server::graceful::GracefulConnection;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::time::{Instant, Sleep};

use super::Connections;
use super::pulse::{Overdue, Pulse};

/// Requests are taken.
const OPEN: u8 = 0;
/// Only what is in hand is finished.
const LEAVING: u8 = 1;
/// Everything ends at once.
const CUT: u8 = 2;

/// Tells every connection that the service ends.
#[derive(Default)]
pub struct Closing {
    stage: AtomicU8,
    told: Notify,
}

impl Closing {
    /// Requests in hand are finished, others no longer taken.
    pub fn leave(&self) {
        self.tell(LEAVING);
    }

    /// Everything ends.
    pub fn cut(&self) {
        self.tell(CUT);
    }

    fn tell(&self, stage: u8) {
        self.stage.fetch_max(stage, Ordering::SeqCst);
        self.told.notify_waiters();
    }

    /// Resolves when the service ends.
    pub async fn begun(&self) {
        let mut told = pin!(self.told.notified());
        told.as_mut().enable();
        if self.stage.load(Ordering::SeqCst) == OPEN {
            told.await;
        }
    }
}

/// Hears of the end without a lock at each look: a waker that was left once is woken by every change.
struct Ear<'a, 'p> {
    closing: &'a Closing,
    told: Pin<&'p mut Notified<'a>>,
    heard: Option<u8>,
}

impl Ear<'_, '_> {
    /// The stage, and whether it is news.
    fn listen(&mut self, cx: &mut Context<'_>) -> (u8, bool) {
        let before = self.heard;
        loop {
            let stage = self.closing.stage.load(Ordering::SeqCst);
            if self.heard == Some(stage) {
                return (stage, before != Some(stage));
            }
            self.heard = Some(stage);
            self.told.set(self.closing.told.notified());
            // Its readiness is of no interest: the stage is what counts, and the loop reads it once more.
            let _waker_left = self.told.as_mut().poll(cx);
        }
    }
}

/// One timer for all deadlines: set for the nearest one seen, moved only when it rings or is too late.
struct Alarm<'p> {
    sleep: Pin<&'p mut Sleep>,
    set: Option<Instant>,
}

impl Alarm<'_> {
    /// Whether `at` is past; if it is not, the task is woken by then.
    fn is_past(&mut self, cx: &mut Context<'_>, at: Instant, now: Instant) -> bool {
        if at <= now {
            return true;
        }
        let keeps = self.set.is_some_and(|set| set <= at && set > now);
        if !keeps {
            self.sleep.as_mut().reset(at);
            self.set = Some(at);
        }
        !keeps && self.sleep.as_mut().poll(cx).is_ready()
    }
}

/// Why a connection ended.
#[derive(Debug)]
pub enum End<E> {
    /// By itself, or with a fault of the protocol or the network.
    Itself(Result<(), E>),
    /// It took too long.
    Late(Overdue),
    /// The service ends.
    Cut,
}

/// Drives `connection` to its end.
pub async fn drive<C: GracefulConnection>(connection: C, pulse: &Pulse, limits: &Connections, closing: &Closing) -> End<C::Error> {
    let mut connection = pin!(connection);
    let mut ear = Ear { closing, told: pin!(closing.told.notified()), heard: None };
    let mut alarm = Alarm { sleep: pin!(tokio::time::sleep(limits.idle)), set: None };
    poll_fn(|cx| {
        let mut now = pulse.look();
        match ear.listen(cx) {
            (CUT, _) => return Poll::Ready(End::Cut),
            (LEAVING, true) => part(connection.as_mut(), pulse),
            _ => {}
        }
        loop {
            if let Poll::Ready(ended) = connection.as_mut().poll(cx) {
                return Poll::Ready(End::Itself(ended));
            }
            match pulse.deadline(limits) {
                Some((at, overdue)) if alarm.is_past(cx, at, now) => {
                    if overdue != Overdue::Request {
                        return Poll::Ready(End::Late(overdue));
                    }
                    part(connection.as_mut(), pulse);
                    now = pulse.look();
                }
                _ => return Poll::Pending,
            }
        }
    })
    .await
}

/// Lets a connection finish what it has in hand.
fn part<C: GracefulConnection>(connection: Pin<&mut C>, pulse: &Pulse) {
    pulse.leave();
    connection.graceful_shutdown();
}
