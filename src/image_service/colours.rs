//! What becomes of a master's colours.

use std::sync::Arc;

use bytes::Bytes;

use crate::raster::Channels;
use crate::render::{ColorTransform, is_srgb};

/// Longest profile that goes out with every tile; a longer one is applied instead.
const CARRIED: usize = 64 << 10;

/// What is done with colour profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourPolicy {
    /// A profile goes out with the image, which stays as it is.
    Keep,
    /// Images are brought to sRGB.
    Srgb,
}

/// What is done with the colours of one master.
#[derive(Clone, Debug, Default)]
pub(super) struct Colours {
    profile: Option<Bytes>,
    pub to_srgb: Option<Arc<ColorTransform>>,
}

impl Colours {
    /// For a master with this profile. One that means sRGB says nothing that is not understood without it.
    pub fn new(icc: Option<&[u8]>, channels: Channels, policy: ColourPolicy) -> Self {
        let Some(icc) = icc.filter(|icc| !is_srgb(icc)) else { return Self::default() };
        let applied = policy == ColourPolicy::Srgb || icc.len() > CARRIED;
        match ColorTransform::to_srgb(icc, channels).filter(|_| applied) {
            Some(transform) => Self { profile: None, to_srgb: Some(Arc::new(transform)) },
            None => Self { profile: Some(Bytes::copy_from_slice(icc)).filter(|icc| icc.len() <= CARRIED), to_srgb: None },
        }
    }

    /// What goes out with every answer.
    pub fn profile(&self) -> Option<&[u8]> {
        self.profile.as_deref()
    }
}
