//! Which way up a camera held a picture: the orientation tag of Exif, and nothing else of it.

/// How stored pixels become an upright picture. The flips act on stored coordinates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Orientation {
    /// Stored rows are the picture's columns.
    pub swap: bool,
    pub flip_x: bool,
    pub flip_y: bool,
}

impl Orientation {
    /// As stored.
    pub const UPRIGHT: Orientation = Orientation { swap: false, flip_x: false, flip_y: false };

    /// From Exif's number; what is not from 1 to 8 means nothing.
    pub fn from_tag(value: u16) -> Self {
        let (swap, flip_x, flip_y) = match value {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, false, true),
            7 => (true, true, true),
            8 => (true, true, false),
            _ => return Self::UPRIGHT,
        };
        Self { swap, flip_x, flip_y }
    }

    /// Exif's number, from 1 to 8.
    pub fn tag(self) -> u16 {
        (1..=8).find(|tag| Self::from_tag(*tag) == self).unwrap_or(1)
    }
}

const ORIENTATION: u16 = 0x0112;
const SHORT: u16 = 3;

/// Reads the orientation from Exif data, which begins like a TIFF file. Upright when it says nothing understandable.
pub(super) fn orientation(exif: &[u8]) -> Orientation {
    tag(exif).map_or(Orientation::UPRIGHT, Orientation::from_tag)
}

fn tag(exif: &[u8]) -> Option<u16> {
    let little = match exif.get(..4)? {
        b"II\x2a\0" => true,
        b"MM\0\x2a" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = exif.get(at..)?.first_chunk::<2>()?;
        Some(if little { u16::from_le_bytes(*bytes) } else { u16::from_be_bytes(*bytes) })
    };
    let long = exif.get(4..)?.first_chunk::<4>()?;
    let directory = if little { u32::from_le_bytes(*long) } else { u32::from_be_bytes(*long) } as usize;
    let count = usize::from(short(directory)?);
    (0..count)
        .map_while(|entry| Some(directory + 2 + entry * 12).filter(|at| at + 12 <= exif.len()))
        .find(|&at| short(at) == Some(ORIENTATION) && short(at + 2) == Some(SHORT))
        .and_then(|at| short(at + 8))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Exif data with two entries, the second of which is the orientation.
    pub fn exif_with(orientation: u16, little: bool) -> Vec<u8> {
        let short = |v: u16| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let long = |v: u32| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let mut bytes = if little { b"II".to_vec() } else { b"MM".to_vec() };
        bytes.extend(short(42));
        bytes.extend(long(8));
        bytes.extend(short(2));
        for (tag, value) in [(0x0100, 7), (ORIENTATION, orientation)] {
            bytes.extend(short(tag));
            bytes.extend(short(SHORT));
            bytes.extend(long(1));
            bytes.extend(short(value));
            bytes.extend([0, 0]);
        }
        bytes.extend(long(0));
        bytes
    }

    #[test]
    fn both_byte_orders() {
        for value in 0..=9 {
            for little in [true, false] {
                assert_eq!(orientation(&exif_with(value, little)), Orientation::from_tag(value));
            }
        }
        assert!((1..=8).all(|tag| Orientation::from_tag(tag).tag() == tag));
        assert_ne!(Orientation::from_tag(6), Orientation::from_tag(8));
    }

    #[test]
    fn nonsense_is_upright() {
        let good = exif_with(6, true);
        for end in 0..good.len() - 8 {
            assert_eq!(orientation(&good[..end]), Orientation::UPRIGHT, "{end}");
        }
        let mut far = good.clone();
        far[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(orientation(&far), Orientation::UPRIGHT);
        let mut many = good;
        many[8..10].copy_from_slice(&u16::MAX.to_le_bytes());
        assert_eq!(orientation(&many), Orientation::from_tag(6));
    }
}
