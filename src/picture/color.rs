//! Colours: sRGB as people write it, OKLab as the eye measures it.
//!
//! OKLab is Björn Ottosson's, with the matrices of his page "A perceptual color space for image
//! processing" (<https://bottosson.github.io/posts/oklab/>). Distances in this house are OKLab
//! distance × 100, so that 1 is about the smallest difference one sees side by side.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use crate::error::{Error, ErrorKind};

/// An opaque sRGB colour, written `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Color(pub [u8; 3]);

impl FromStr for Color {
    type Err = Error;

    /// Reads `#rrggbb` or `#rgb`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || {
            Error::new(ErrorKind::Usage, format!("`{text}` is not a colour"))
                .hint("write it as `#rrggbb`, for example `#3f6f5f`")
        };
        let digits = text.strip_prefix('#').ok_or_else(wrong)?;
        let digit = |at: usize| {
            digits
                .as_bytes()
                .get(at)
                .and_then(|byte| char::from(*byte).to_digit(16))
        };
        let mut rgb = [0; 3];
        for (channel, value) in rgb.iter_mut().enumerate() {
            let (high, low) = match digits.len() {
                3 => (digit(channel), digit(channel)),
                6 => (digit(channel * 2), digit(channel * 2 + 1)),
                _ => return Err(wrong()),
            };
            let (Some(high), Some(low)) = (high, low) else {
                return Err(wrong());
            };
            // Two hexadecimal digits make at most 255.
            *value = (high * 16 + low) as u8;
        }
        Ok(Self(rgb))
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl From<Color> for Lab {
    fn from(color: Color) -> Self {
        Self::from_srgb(color.0)
    }
}

/// From linear light to what the three kinds of cones catch of it.
const CONES: [[f32; 3]; 3] = [
    [0.412_221_47, 0.536_332_55, 0.051_445_995],
    [0.211_903_5, 0.680_699_5, 0.107_396_96],
    [0.088_302_46, 0.281_718_85, 0.629_978_7],
];
/// From the cube roots of what the cones catch to `l`, `a` and `b`.
pub(super) const AXES: [[f32; 3]; 3] = [
    [0.210_454_26, 0.793_617_8, -0.004_072_047],
    [1.977_998_5, -2.428_592_2, 0.450_593_7],
    [0.025_904_037, 0.782_771_77, -0.808_675_77],
];

/// A colour in OKLab: lightness 0 to 1, `a` green to red, `b` blue to yellow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lab {
    /// Lightness, 0 black to 1 white.
    pub l: f32,
    /// Green (negative) to red.
    pub a: f32,
    /// Blue (negative) to yellow.
    pub b: f32,
}

impl Lab {
    /// From 8-bit sRGB.
    pub fn from_srgb(rgb: [u8; 3]) -> Self {
        Self::from_linear(rgb.map(linear))
    }

    /// From linear light, 0 to 1 per channel.
    pub fn from_linear(rgb: [f32; 3]) -> Self {
        let [l, m, s] = CONES.map(|[r, g, b]| (r * rgb[0] + g * rgb[1] + b * rgb[2]).cbrt());
        let [l, a, b] = AXES.map(|axis| axis[0] * l + axis[1] * m + axis[2] * s);
        Self { l, a, b }
    }

    /// To linear light; channels outside 0 to 1 are outside the sRGB gamut.
    pub fn to_linear(self) -> [f32; 3] {
        let l = (self.l + 0.396_337_78 * self.a + 0.215_803_76 * self.b).powi(3);
        let m = (self.l - 0.105_561_346 * self.a - 0.063_854_17 * self.b).powi(3);
        let s = (self.l - 0.089_484_18 * self.a - 1.291_485_5 * self.b).powi(3);
        [
            4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
            -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
            -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
        ]
    }

    /// To 8-bit sRGB; colours outside the gamut lose chroma, never lightness or hue.
    pub fn to_srgb(self) -> [u8; 3] {
        let inside = |rgb: &[f32; 3]| rgb.iter().all(|v| (-0.0005..=1.0005).contains(v));
        let mut rgb = self.to_linear();
        if !inside(&rgb) {
            let (mut low, mut high) = (0.0_f32, 1.0_f32);
            for _ in 0..10 {
                let share = f32::midpoint(low, high);
                rgb = Self {
                    a: self.a * share,
                    b: self.b * share,
                    ..self
                }
                .to_linear();
                if inside(&rgb) {
                    low = share
                } else {
                    high = share
                }
            }
            rgb = Self {
                a: self.a * low,
                b: self.b * low,
                ..self
            }
            .to_linear();
        }
        rgb.map(encoded)
    }

    /// Distance to another colour × 100.
    pub fn distance(self, other: Self) -> f32 {
        let (l, a, b) = (self.l - other.l, self.a - other.a, self.b - other.b);
        (l * l + a * a + b * b).sqrt() * 100.0
    }

    /// How far from grey.
    pub fn chroma(self) -> f32 {
        self.a.hypot(self.b)
    }
}

/// The cube root of a value between 1e-18 and 8, within a millionth of it.
///
/// Unlike the library's it has no branch and no division, so a loop over it vectorises.
#[inline(always)]
fn cube_root(value: f32) -> f32 {
    // A third of the bits is about a third of the logarithm: the inverse root to 3.5 %.
    let bits = value.to_bits();
    let third = bits / 4 + bits / 16;
    let third = third + third / 16;
    let third = third + third / 256;
    let inverse = f32::from_bits(0x54a2_0000_u32.wrapping_sub(third));
    // What is missing, by the series of (1 - rest)^(-2/3) with its terms fitted to the range.
    let part = value * inverse;
    let rest = 1.0 - part * (inverse * inverse);
    let series = 0.555_535_9 + rest * (0.499_638_2 + rest * 0.458_68);
    part * inverse * (1.0 + rest * (0.666_650_83 + rest * series))
}

/// [`Lab`] of many linear colours at once, before its last step: the cube roots of what the cones
/// catch of red, green and blue, in their place.
#[inline(always)]
pub(super) fn cube_roots<const N: usize>([r, g, b]: &mut [[f32; N]; 3]) {
    for ((r, g), b) in r.iter_mut().zip(&mut *g).zip(&mut *b) {
        // Black has no cube root that a series finds, and 1e-6 is none for the eye.
        [*r, *g, *b] = CONES.map(|cone| cone[0] * *r + cone[1] * *g + cone[2] * *b + 1e-18);
    }
    // One loop for all three would need more registers than there are.
    for row in [r, g, b] {
        for value in row {
            *value = cube_root(*value);
        }
    }
}

/// Linear light of an 8-bit sRGB sample (IEC 61966-2-1).
pub fn linear(sample: u8) -> f32 {
    linear_light()[usize::from(sample)]
}

/// Linear light of every 8-bit sRGB sample.
pub(super) fn linear_light() -> &'static [f32; 256] {
    static TABLE: LazyLock<[f32; 256]> = LazyLock::new(|| {
        std::array::from_fn(|sample| {
            let v = sample as f32 / 255.0;
            if v <= 0.040_45 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        })
    });
    &TABLE
}

/// The 8-bit sRGB sample nearest to a linear value; values outside 0 to 1 are clipped.
pub fn encoded(linear: f32) -> u8 {
    // 4096 steps of the square root are finer than 8 bits everywhere on the curve.
    static TABLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        (0..=4096_u16)
            .map(|step| {
                let v = (f32::from(step) / 4096.0).powi(2);
                let s = if v <= 0.003_130_8 {
                    v * 12.92
                } else {
                    1.055 * v.powf(1.0 / 2.4) - 0.055
                };
                (s * 255.0).round() as u8
            })
            .collect()
    });
    TABLE[(linear.clamp(0.0, 1.0).sqrt() * 4096.0).round() as usize]
}

/// Red, green and blue of a pixel's samples; grey is repeated, alpha is left out.
pub(super) fn rgb(pixel: &[u8]) -> [u8; 3] {
    match *pixel {
        [v] | [v, _] => [v; 3],
        [r, g, b, ..] => [r, g, b],
        [] => [0; 3],
    }
}

/// Luma of an sRGB pixel with the weights of Rec. 709, rounded.
pub fn luma([r, g, b]: [u8; 3]) -> u8 {
    // The weights sum to 2^16, so the shift brings the sum back to 8 bits.
    ((13_933 * u32::from(r) + 46_871 * u32::from(g) + 4_732 * u32::from(b) + 32_768) >> 16) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_eight_bit_colour_survives_the_round_trip() {
        for r in (0..=255).step_by(15) {
            for g in (0..=255).step_by(15) {
                for b in (0..=255).step_by(15) {
                    assert_eq!(Lab::from_srgb([r, g, b]).to_srgb(), [r, g, b]);
                }
            }
        }
    }

    #[test]
    fn published_values_are_met() {
        // White is L = 1; sRGB red is L 0.62796, a 0.22486, b 0.12585 on the author's page.
        let white = Lab::from_srgb([255; 3]);
        assert!((white.l - 1.0).abs() < 1e-4 && white.chroma() < 1e-3);
        let red = Lab::from_srgb([255, 0, 0]);
        assert!((red.l - 0.62796).abs() < 1e-3);
        assert!((red.a - 0.22486).abs() < 1e-3 && (red.b - 0.12585).abs() < 1e-3);
    }

    #[test]
    fn the_quick_cube_root_is_within_a_millionth() {
        let mut value = 1e-18_f32;
        while value < 8.0 {
            let (exact, found) = (value.cbrt(), cube_root(value));
            assert!((exact - found).abs() <= 1e-6 * exact, "{value}");
            value *= 1.000_1;
        }
    }

    #[test]
    fn luma_of_grey_is_itself() {
        for v in 0..=255 {
            assert_eq!(luma([v; 3]), v);
        }
    }

    #[test]
    fn colours_are_read_and_written() {
        assert_eq!("#3f6f5f".parse::<Color>().unwrap().to_string(), "#3f6f5f");
        assert_eq!("#fff".parse::<Color>().unwrap(), Color([255; 3]));
        for wrong in ["3f6f5f", "#12345", "#gggggg", "#", "#é1"] {
            assert!(wrong.parse::<Color>().is_err(), "{wrong}");
        }
    }
}
