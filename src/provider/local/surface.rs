//! Surfaces of the studio: what words mean which one, its colour, and its texture.

use crate::picture::Color;
use crate::picture::color::Lab;
use crate::provider::noise;

/// What a product can stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surface {
    Linen,
    Paper,
    Wood,
    Stone,
    Seamless,
}

/// Words that mean a surface, each with the colour the word alone implies, if any.
const WORDS: &[(&str, Surface, Option<[u8; 3]>)] = &[
    ("walnut", Surface::Wood, Some([0x6d, 0x4c, 0x36])),
    ("oak", Surface::Wood, Some([0xc0, 0x9a, 0x6b])),
    ("pine", Surface::Wood, Some([0xd9, 0xb8, 0x86])),
    ("birch", Surface::Wood, Some([0xdd, 0xc6, 0xa0])),
    ("teak", Surface::Wood, Some([0x9c, 0x6b, 0x40])),
    ("mahogany", Surface::Wood, Some([0x6b, 0x34, 0x25])),
    ("bamboo", Surface::Wood, Some([0xd3, 0xb8, 0x78])),
    ("wood", Surface::Wood, Some([0xb5, 0x8a, 0x5c])),
    ("timber", Surface::Wood, Some([0xb5, 0x8a, 0x5c])),
    ("plank", Surface::Wood, Some([0xa8, 0x82, 0x5a])),
    ("linen", Surface::Linen, None),
    ("cloth", Surface::Linen, None),
    ("cotton", Surface::Linen, None),
    ("fabric", Surface::Linen, None),
    ("canvas", Surface::Linen, None),
    ("textile", Surface::Linen, None),
    ("marble", Surface::Stone, Some([0xe4, 0xe2, 0xde])),
    ("slate", Surface::Stone, Some([0x4c, 0x52, 0x58])),
    ("concrete", Surface::Stone, Some([0xa6, 0xa4, 0x9f])),
    ("granite", Surface::Stone, Some([0x8b, 0x87, 0x84])),
    ("travertine", Surface::Stone, Some([0xd6, 0xc5, 0xac])),
    ("terrazzo", Surface::Stone, Some([0xd9, 0xd4, 0xcb])),
    ("terracotta", Surface::Stone, Some([0xb8, 0x6a, 0x48])),
    ("plaster", Surface::Stone, Some([0xd9, 0xd3, 0xc8])),
    ("stone", Surface::Stone, Some([0xa9, 0xa1, 0x96])),
    ("paper", Surface::Paper, None),
    ("card", Surface::Paper, None),
    ("seamless", Surface::Seamless, None),
    ("studio", Surface::Seamless, None),
    ("plain", Surface::Seamless, None),
];

/// Colour words that win over the surface's own colour.
const COLORS: &[(&str, [u8; 3])] = &[
    ("white", [0xf2, 0xf0, 0xec]),
    ("ivory", [0xee, 0xe6, 0xd3]),
    ("cream", [0xef, 0xe4, 0xcc]),
    ("beige", [0xdc, 0xcd, 0xb4]),
    ("sand", [0xd9, 0xc3, 0x9c]),
    ("grey", [0x9d, 0x9d, 0x9b]),
    ("gray", [0x9d, 0x9d, 0x9b]),
    ("black", [0x26, 0x25, 0x25]),
    ("navy", [0x2b, 0x38, 0x55]),
    ("blue", [0x6f, 0x8f, 0xb5]),
    ("sage", [0xa3, 0xb0, 0x96]),
    ("green", [0x7f, 0x9c, 0x7a]),
    ("pink", [0xe2, 0xb9, 0xb6]),
    ("rose", [0xd9, 0xa8, 0xa4]),
    ("red", [0xb2, 0x4b, 0x45]),
    ("yellow", [0xe3, 0xc8, 0x6d]),
    ("ochre", [0xc6, 0x98, 0x4e]),
    ("terracotta", [0xb8, 0x6a, 0x48]),
    ("lavender", [0xb9, 0xae, 0xcf]),
];

impl Surface {
    /// The surface that a text names, or `None`. In a few words the last one is the thing and what
    /// stands before describes it (terracotta paper); a sentence begins with what matters.
    pub(super) fn read(text: &str) -> Option<Self> {
        entry(text).map(|(_, surface, _)| *surface)
    }

    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Linen => "linen",
            Self::Paper => "paper",
            Self::Wood => "wood",
            Self::Stone => "stone",
            Self::Seamless => "seamless paper",
        }
    }
}

fn entry(text: &str) -> Option<&'static (&'static str, Surface, Option<[u8; 3]>)> {
    const FEW_WORDS: usize = 5;
    let few = text.split_whitespace().count() <= FEW_WORDS;
    let text = text.to_lowercase();
    let found = WORDS
        .iter()
        .filter_map(|entry| Some((place_of(&text, entry.0)?, entry)));
    let found = if few {
        found.max_by_key(|(at, _)| *at)
    } else {
        found.min_by_key(|(at, _)| *at)
    };
    found.map(|(_, entry)| entry)
}

/// Where a word of the text begins with `word`: `oak`, `oaken`, but not `cloak`.
fn place_of(text: &str, word: &str) -> Option<usize> {
    text.match_indices(word)
        .map(|(at, _)| at)
        .find(|at| !text[..*at].ends_with(char::is_alphanumeric))
}

fn names(text: &str, word: &str) -> bool {
    place_of(text, word).is_some()
}

/// The colour meant: one written as `#rrggbb`, a colour word, else the material's own, else the palette's first, else the
/// neutral one. `pale` and `dark` shift it.
pub(super) fn color(surface: Surface, words: &str, palette: Option<Color>) -> Color {
    let text = words.to_lowercase();
    let written = text.split_whitespace().find_map(|word| {
        word.trim_matches(',')
            .parse::<Color>()
            .ok()
            .map(|color| color.0)
    });
    let named = COLORS
        .iter()
        .find(|(word, _)| names(&text, word))
        .map(|(_, color)| *color);
    let own = entry(words)
        .filter(|(_, found, _)| *found == surface)
        .and_then(|(.., color)| *color);
    let neutral = match surface {
        Surface::Linen => [0xdd, 0xd4, 0xc4],
        Surface::Paper => [0xe9, 0xe5, 0xdd],
        Surface::Wood => [0xb5, 0x8a, 0x5c],
        Surface::Stone => [0xa9, 0xa1, 0x96],
        Surface::Seamless => [0xe6, 0xe3, 0xde],
    };
    let base = written
        .or(named)
        .or(own)
        .or(palette.map(|color| color.0))
        .unwrap_or(neutral);
    let mut lab = Lab::from_srgb(base);
    if ["pale", "light ", "bleached", "whitewashed"]
        .iter()
        .any(|word| names(&text, word))
    {
        lab = Lab {
            l: lab.l + (0.93 - lab.l) * 0.45,
            a: lab.a * 0.75,
            b: lab.b * 0.75,
        };
    }
    if ["dark", "deep", "smoked"]
        .iter()
        .any(|word| names(&text, word))
    {
        lab.l *= 0.72;
    }
    Color(lab.to_srgb())
}

/// The change of lightness and of yellow that the texture makes at a point of the surface.
///
/// `u` runs across and `v` into the distance, in units of the picture's height; `finest` is the
/// distance between two pixels there.
pub(super) fn texture(surface: Surface, u: f32, v: f32, finest: f32, seed: u64) -> (f32, f32) {
    match surface {
        Surface::Linen => linen(u, v, finest, seed),
        Surface::Paper => (
            noise::fractal(u * 90.0, v * 90.0, 3, finest * 90.0, seed) * 0.012,
            0.0,
        ),
        Surface::Wood => wood(u, v, finest, seed),
        Surface::Stone => stone(u, v, finest, seed),
        Surface::Seamless => (
            noise::fractal(u * 3.0, v * 3.0, 2, finest * 3.0, seed) * 0.004,
            0.0,
        ),
    }
}

/// Threads over and under, each of its own thickness, with slubs, and soft folds across the cloth.
fn linen(u: f32, v: f32, finest: f32, seed: u64) -> (f32, f32) {
    const THREADS: f32 = 150.0;
    let visible = (1.0 - finest * THREADS * 1.6).clamp(0.0, 1.0);
    let bend = noise::value(u * 9.0, v * 9.0, seed) * 0.25;
    let (x, y) = (u * THREADS + bend, v * THREADS + bend);
    let thickness = |thread: f32, along: f32, which: u64| {
        noise::hash(thread as i32, 0, seed.wrapping_add(which)) * 0.7
            + noise::value(along * 0.07, thread, seed.wrapping_add(which)) * 0.6
    };
    let (warp, weft) = (x.floor(), y.floor());
    let round = |t: f32| (t * std::f32::consts::PI).sin();
    let over = ((warp as i32 + weft as i32) & 1) == 0;
    let thread = if over {
        round(x - warp) * (0.6 + 0.4 * thickness(warp, y, 11))
    } else {
        round(y - weft) * (0.6 + 0.4 * thickness(weft, x, 12))
    };
    let slub = noise::value(u * 6.0, v * 130.0, seed.wrapping_add(13)) * 0.5
        + noise::value(u * 130.0, v * 6.0, seed.wrapping_add(14)) * 0.5;
    let folds = noise::fractal(u * 2.2 + v, v * 1.4, 3, finest, seed.wrapping_add(15));
    (
        ((thread - 0.5) * 0.07 + slub * 0.014) * visible + folds * 0.022,
        slub * 0.002,
    )
}

/// Boards that run across, each with its own tone, grain and seam.
fn wood(u: f32, v: f32, finest: f32, seed: u64) -> (f32, f32) {
    const BOARD: f32 = 0.23;
    let board = (v / BOARD).floor();
    let within = v / BOARD - board;
    let own = seed.wrapping_add(board as i64 as u64 * 977);
    let tone = noise::hash(board as i32, 3, seed) - 0.5;
    let (x, y) = (u + noise::hash(board as i32, 5, seed) * 40.0, v);
    // Grain lines bend slowly along the board; rings are the same field cut into steps.
    let bend = noise::fractal(x * 1.1, y * 7.0, 3, finest * 7.0, own);
    let rings = ((y * 21.0 + bend * 2.4) * std::f32::consts::TAU).sin();
    let fibres = noise::fractal(x * 7.0, y * 260.0, 3, finest * 260.0, own.wrapping_add(1));
    let streaks = noise::fractal(x * 1.6, y * 46.0, 3, finest * 46.0, own.wrapping_add(2));
    let rings_visible = (1.0 - finest * 21.0 * 1.5).clamp(0.0, 1.0);
    let seam_width = 0.012_f32.max(finest / BOARD * 0.6);
    let edge = within.min(1.0 - within) / seam_width;
    let seam = if edge < 1.0 { (1.0 - edge) * 0.16 } else { 0.0 };
    let light =
        tone * 0.055 + rings * 0.014 * rings_visible + fibres * 0.045 + streaks * 0.05 - seam;
    (light, tone * 0.008 - streaks * 0.006)
}

/// Clouds, fine pits, and a few veins.
fn stone(u: f32, v: f32, finest: f32, seed: u64) -> (f32, f32) {
    let clouds = noise::fractal(u * 4.0, v * 4.0, 5, finest * 4.0, seed);
    let pits = noise::fractal(
        u * 120.0,
        v * 120.0,
        2,
        finest * 120.0,
        seed.wrapping_add(1),
    );
    let bent = noise::fractal(
        u * 2.0 + 7.0,
        v * 2.0,
        4,
        finest * 2.0,
        seed.wrapping_add(2),
    );
    let vein = 1.0
        - (noise::value(
            u * 1.7 + bent * 2.2,
            v * 1.7 - bent * 2.0,
            seed.wrapping_add(3),
        )
        .abs()
            * 14.0)
            .min(1.0);
    (
        clouds * 0.06 + pits * 0.022 - vein * vein * 0.05,
        clouds * 0.006,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_find_their_surface_and_colour() {
        assert_eq!(Surface::read("a pale oak table"), Some(Surface::Wood));
        assert_eq!(Surface::read("washed linen"), Some(Surface::Linen));
        assert_eq!(Surface::read("a cloak"), None);
        assert_eq!(Surface::read("terracotta paper"), Some(Surface::Paper));
        assert_eq!(
            color(Surface::Seamless, "#003366", None),
            Color([0, 0x33, 0x66])
        );
        let (oak, pale) = (
            color(Surface::Wood, "oak", None),
            color(Surface::Wood, "pale oak", None),
        );
        assert!(Lab::from(pale).l > Lab::from(oak).l + 0.05);
        let brand = Color([10, 80, 60]);
        assert_eq!(color(Surface::Linen, "linen", Some(brand)), brand);
    }

    #[test]
    fn textures_stay_small() {
        for surface in [
            Surface::Linen,
            Surface::Paper,
            Surface::Wood,
            Surface::Stone,
            Surface::Seamless,
        ] {
            for n in 0..2000 {
                let (l, b) = texture(surface, n as f32 * 0.0013, n as f32 * 0.0007, 0.001, 4);
                assert!(l.abs() < 0.25 && b.abs() < 0.05, "{surface:?} {l} {b}");
            }
        }
    }
}
