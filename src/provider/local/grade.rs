//! Seasonal looks as transforms of OKLab: light, warmth and the green of plants.

use rayon::prelude::*;

use crate::picture::Picture;
use crate::picture::color::Lab;

/// The look of a season.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Spring,
    Summer,
    Autumn,
    Winter,
}

/// The figures of a look at full strength.
struct Recipe {
    /// Exponent of lightness: below 1 lifts the middle tones.
    gamma: f32,
    /// Contrast around the middle.
    contrast: f32,
    /// Lightness added to the shadows.
    lift: f32,
    /// Factor on chroma.
    chroma: f32,
    /// Shift of green to red and blue to yellow in the shadows.
    shadows: [f32; 2],
    /// The same in the lights.
    lights: [f32; 2],
    /// Where the hue of foliage goes, in degrees, and a factor on its chroma and lightness.
    foliage: (f32, f32, f32),
}

impl Look {
    /// The words recipes use.
    pub(super) const WORDS: &'static [&'static str] = &["spring", "summer", "autumn", "winter"];

    /// The look of a word.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        match word {
            "spring" => Some(Self::Spring),
            "summer" => Some(Self::Summer),
            "autumn" => Some(Self::Autumn),
            "winter" => Some(Self::Winter),
            _ => None,
        }
    }

    /// The season a prompt names.
    pub(super) fn read(prompt: &str) -> Option<Self> {
        let prompt = prompt.to_lowercase();
        if prompt.contains("fall colours") || prompt.contains("fall colors") {
            return Some(Self::Autumn);
        }
        Self::WORDS
            .iter()
            .find(|word| prompt.contains(**word))
            .and_then(|word| Self::of_word(word))
    }

    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Spring => "spring",
            Self::Summer => "summer",
            Self::Autumn => "autumn",
            Self::Winter => "winter",
        }
    }

    fn recipe(self) -> Recipe {
        match self {
            Self::Spring => Recipe {
                gamma: 0.92,
                contrast: 0.98,
                lift: 0.012,
                chroma: 1.08,
                shadows: [-0.003, -0.002],
                lights: [0.004, 0.008],
                foliage: (-8.0, 1.18, 1.05),
            },
            Self::Summer => Recipe {
                gamma: 0.97,
                contrast: 1.08,
                lift: 0.0,
                chroma: 1.16,
                shadows: [-0.002, -0.004],
                lights: [0.006, 0.020],
                foliage: (-4.0, 1.08, 1.0),
            },
            Self::Autumn => Recipe {
                gamma: 1.03,
                contrast: 1.03,
                lift: 0.006,
                chroma: 1.02,
                shadows: [0.006, 0.008],
                lights: [0.014, 0.030],
                foliage: (-50.0, 1.05, 0.98),
            },
            Self::Winter => Recipe {
                gamma: 0.93,
                contrast: 0.97,
                lift: 0.020,
                chroma: 0.66,
                shadows: [-0.005, -0.020],
                lights: [-0.003, -0.012],
                foliage: (6.0, 0.34, 1.10),
            },
        }
    }
}

/// Gives the whole picture the look of a season; strength 0 changes nothing.
pub(super) fn grade(picture: &Picture, look: Look, strength: f32) -> Picture {
    let recipe = look.recipe();
    let mut result = picture.clone();
    let (stride, channels) = (picture.stride().max(1), picture.layout().channels());
    result.samples_mut().par_chunks_mut(stride).for_each(|row| {
        for pixel in row.chunks_exact_mut(channels) {
            if channels < 3 {
                let lab = tone(Lab::from_srgb([pixel[0]; 3]), &recipe, strength);
                pixel[0] = Lab {
                    a: 0.0,
                    b: 0.0,
                    ..lab
                }
                .to_srgb()[0];
                continue;
            }
            let lab = Lab::from_srgb([pixel[0], pixel[1], pixel[2]]);
            pixel[..3].copy_from_slice(&tone(lab, &recipe, strength).to_srgb());
        }
    });
    result
}

/// The hue of leaves and grass in OKLab, in degrees, and how far around it counts.
const LEAF: f32 = 133.0;
const LEAF_REACH: f32 = 30.0;

fn tone(lab: Lab, recipe: &Recipe, strength: f32) -> Lab {
    let mix = |from: f32, to: f32| from + (to - from) * strength;
    let (turn, leaf_chroma, leaf_light) = recipe.foliage;
    let leaf = foliage(lab);

    let curved = lab.l.max(0.0).powf(recipe.gamma);
    let contrasted = 0.55 + (curved - 0.55) * recipe.contrast;
    let lifted = contrasted + recipe.lift * (1.0 - curved).powi(2);
    let l = mix(lab.l, lifted * (1.0 + (leaf_light - 1.0) * leaf)).clamp(0.0, 1.0);

    let angle = (turn * leaf * strength).to_radians();
    let (sin, cos) = angle.sin_cos();
    let (a, b) = (lab.a * cos - lab.b * sin, lab.a * sin + lab.b * cos);
    let factor = mix(1.0, recipe.chroma * (1.0 - leaf) + leaf_chroma * leaf);

    // Black and white take no tint: there is no light to tint, or too much of it.
    let body = (4.0 * lab.l * (1.0 - lab.l)).clamp(0.0, 1.0).sqrt();
    let tint =
        |n: usize| (recipe.shadows[n] * (1.0 - lab.l) + recipe.lights[n] * lab.l) * strength * body;
    Lab {
        l,
        a: a * factor + tint(0),
        b: b * factor + tint(1),
    }
}

/// How much a colour looks like foliage, 0 to 1.
fn foliage(lab: Lab) -> f32 {
    let hue = lab.b.atan2(lab.a).to_degrees().rem_euclid(360.0);
    let near = 1.0 - ((hue - LEAF).abs() / LEAF_REACH).min(1.0);
    let colored = ((lab.chroma() - 0.02) / 0.04).clamp(0.0, 1.0);
    let near = near.min(0.5) * 2.0;
    near * near * (3.0 - 2.0 * near) * colored
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Layout;

    fn graded(rgb: [u8; 3], look: Look) -> Lab {
        let picture = Picture::new(1, 1, Layout::Rgb, rgb.to_vec());
        let result = grade(&picture, look, 1.0);
        Lab::from_srgb([
            result.samples()[0],
            result.samples()[1],
            result.samples()[2],
        ])
    }

    #[test]
    fn strength_zero_changes_nothing() {
        let picture = Picture::new(2, 1, Layout::Rgb, vec![1, 99, 200, 40, 120, 30]);
        assert_eq!(grade(&picture, Look::Autumn, 0.0), picture);
    }

    #[test]
    fn winter_is_cooler_than_summer_and_autumn_turns_the_leaves() {
        let (grey, leaf) = ([128, 128, 128], [70, 120, 40]);
        assert!(graded(grey, Look::Winter).b < graded(grey, Look::Summer).b - 0.02);
        assert!(graded(leaf, Look::Autumn).a > Lab::from_srgb(leaf).a + 0.08);
        assert!(graded(leaf, Look::Winter).chroma() < Lab::from_srgb(leaf).chroma() * 0.6);
    }

    #[test]
    fn black_and_white_stay_neutral() {
        for look in [Look::Spring, Look::Summer, Look::Autumn, Look::Winter] {
            assert!(graded([255; 3], look).chroma() < 0.01, "{look:?}");
            assert!(graded([0; 3], look).chroma() < 0.01, "{look:?}");
        }
    }
}
