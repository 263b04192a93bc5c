//! Colour profiles (ICC.1): which one may go into which picture.

use crate::raster::Channels;

/// The fixed header that every profile begins with.
const HEADER: usize = 128;
/// What JPEG's 255 segments hold; a larger profile goes into no picture, so that all formats agree.
const LARGEST: usize = 255 * super::jpeg::PROFILE_PART;

/// The profile, if it describes pixels of these channels: one for red, green and blue says nothing about gray.
pub(super) fn fitting(profile: Option<&[u8]>, channels: Channels) -> Option<&[u8]> {
    let space: &[u8] = if channels == Channels::Gray { b"GRAY" } else { b"RGB " };
    profile.filter(|bytes| bytes.len() >= HEADER && bytes.len() <= LARGEST && &bytes[16..20] == space && &bytes[36..40] == b"acsp")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::tests::profile;

    #[test]
    fn profiles_go_where_they_belong() {
        let (rgb, gray) = (profile(b"RGB ", 500), profile(b"GRAY", 128));
        let cases = [
            (&rgb[..], Channels::Rgb, true),
            (&rgb, Channels::Rgba, true),
            (&rgb, Channels::Gray, false),
            (&gray, Channels::Gray, true),
            (&gray, Channels::Rgb, false),
            (&gray[..127], Channels::Gray, false),
            (&[0; 500], Channels::Rgb, false),
        ];
        for (profile, channels, fits) in cases {
            assert_eq!(fitting(Some(profile), channels).is_some(), fits, "{} {channels:?}", profile.len());
        }
        assert!(fitting(Some(&profile(b"RGB ", LARGEST)), Channels::Rgb).is_some());
        assert!(fitting(Some(&profile(b"RGB ", LARGEST + 1)), Channels::Rgb).is_none());
        assert_eq!(fitting(None, Channels::Rgb), None);
    }
}
