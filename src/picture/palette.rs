//! Whether an edit keeps to a brand's colours.

use super::color::{Color, Lab};
use super::{Picture, Weights};

/// How far from a palette colour, in its light or its shade, a pixel may be: OKLab distance × 100.
const NEAR: f32 = 8.0;
/// A colour in its shade and in its light, as multiples: the same surface under one lamp.
const SHADES: [f32; 2] = [0.35, 1.2];
/// The most pixels that are looked at.
const PIXELS: usize = 200_000;

/// Share of the edit area's pixels that show a colour of the palette, lit or shaded, 0 to 1;
/// `None` without a palette or an edit area.
///
/// # Panics
/// When the sizes differ.
pub fn share(picture: &Picture, weights: &Weights, palette: &[Color]) -> Option<f64> {
    assert_eq!(
        picture.size(),
        (weights.width(), weights.height()),
        "size of the weights"
    );
    let palette: Vec<Lab> = palette.iter().map(|color| Lab::from(*color)).collect();
    let edited = weights.edited();
    if palette.is_empty() || edited == 0 {
        return None;
    }
    let pixels = picture
        .rgb()
        .zip(weights.values())
        .filter(|(_, weight)| **weight > 0);
    let (mut near, mut seen) = (0_usize, 0_usize);
    for (rgb, _) in pixels.step_by(edited.div_ceil(PIXELS)) {
        let own = Lab::from_srgb(rgb);
        seen += 1;
        near += usize::from(palette.iter().any(|color| apart(own, *color) <= NEAR));
    }
    Some(near as f64 / seen as f64)
}

/// Distance × 100 to the nearest shade of a colour: the line towards black, and a little beyond.
fn apart(own: Lab, color: Lab) -> f32 {
    let square = color.l * color.l + color.a * color.a + color.b * color.b;
    let along = own.l * color.l + own.a * color.a + own.b * color.b;
    let share = (along / square.max(1e-6)).clamp(SHADES[0], SHADES[1]);
    own.distance(Lab {
        l: color.l * share,
        a: color.a * share,
        b: color.b * share,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Layout;

    #[test]
    fn shades_of_a_colour_belong_to_it_and_other_hues_do_not() {
        let green = "#2f6f64".parse::<Color>().unwrap();
        let of = |rgb: [u8; 3]| {
            let picture = Picture::filled(4, 4, Layout::Rgb, &rgb);
            share(&picture, &Weights::everything(4, 4, None), &[green]).unwrap()
        };
        assert_eq!(of([0x2f, 0x6f, 0x64]), 1.0);
        assert_eq!(of([0x20, 0x4c, 0x44]), 1.0, "in its shade");
        assert_eq!(of([0x6f, 0x2f, 0x3a]), 0.0);
        assert_eq!(of([250, 250, 250]), 0.0);
    }

    #[test]
    fn without_a_palette_there_is_nothing_to_say() {
        let picture = Picture::filled(4, 4, Layout::Grey, &[9]);
        assert_eq!(share(&picture, &Weights::everything(4, 4, None), &[]), None);
    }
}
