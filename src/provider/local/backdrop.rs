//! A studio backdrop: a surface, a wall, light from one side, and the shadow the product casts.
//!
//! The product itself is not touched: what the mask leaves alone is only measured, so that the
//! shadow falls where the product stands.

use rayon::prelude::*;

use super::surface::{self, Surface};
use super::work::{Light, Scene, View};
use crate::picture::color::{Lab, luma};
use crate::picture::{Layout, Mask, Picture, smooth_step};
use crate::provider::noise;

/// Draws the scene where the mask allows it.
pub(super) fn draw(picture: &Picture, mask: &Mask, scene: &Scene, seed: u64) -> Picture {
    let stage = Stage::new(mask, scene, seed);
    let mut result = picture.clone();
    let layout = picture.layout();
    let (stride, channels) = (picture.stride().max(1), layout.channels());
    let width = picture.width().max(1) as usize;
    let rows = result
        .samples_mut()
        .par_chunks_mut(stride)
        .zip(mask.coverage().par_chunks(width));
    rows.enumerate().for_each(|(y, (row, coverage))| {
        for (x, (pixel, coverage)) in row.chunks_exact_mut(channels).zip(coverage).enumerate() {
            if *coverage == 0 {
                continue;
            }
            let rgb = stage.color(x as f32 + 0.5, y as f32 + 0.5).to_srgb();
            match layout {
                Layout::Grey | Layout::GreyAlpha => pixel[0] = luma(rgb),
                Layout::Rgb | Layout::Rgba => pixel[..3].copy_from_slice(&rgb),
            }
            if layout.has_alpha() {
                pixel[channels - 1] = 255;
            }
        }
    });
    result
}

/// Everything a pixel needs to know, in pixels unless said otherwise.
struct Stage<'a> {
    scene: &'a Scene,
    base: Lab,
    wall: Lab,
    width: f32,
    height: f32,
    /// Row where the surface ends and the wall begins.
    horizon: f32,
    /// Row on which everything infinitely far away would lie.
    vanishing: f32,
    /// Row on which the product stands; the scale of the surface is 1 there.
    ground: f32,
    shadow: Shadow,
    seed: u64,
}

enum Shadow {
    None,
    /// The foot of a standing product: its middle, half its width, and the ground row.
    Standing {
        middle: f32,
        half: f32,
        ground: f32,
    },
    /// The blurred outline of a lying product, tight and wide.
    Lying {
        tight: Blurred,
        wide: Blurred,
        offset: (f32, f32),
    },
}

impl<'a> Stage<'a> {
    fn new(mask: &Mask, scene: &'a Scene, seed: u64) -> Self {
        let (width, height) = (mask.width() as f32, mask.height() as f32);
        let product = Product::measure(mask);
        let ground = product
            .as_ref()
            .map_or(height * 0.8, |product| product.bottom);
        let tall = product
            .as_ref()
            .map_or(height * 0.5, |product| product.bottom - product.top);
        let horizon = (ground - 0.34 * tall.min(height * 0.75)).clamp(height * 0.3, height * 0.86);
        let base = Lab::from(scene.color);
        let has_edge = matches!(scene.surface, Surface::Wood | Surface::Stone);
        let wall = if has_edge {
            // A calm wall that is a relative of the surface, not a rival.
            Lab {
                l: base.l + (0.86 - base.l) * 0.75,
                a: base.a * 0.35,
                b: base.b * 0.35,
            }
        } else {
            Lab {
                l: base.l + (0.95 - base.l) * 0.18,
                a: base.a * 0.9,
                b: base.b * 0.9,
            }
        };
        let shadow = match (&product, scene.view) {
            (None, _) => Shadow::None,
            (Some(_), View::Top) => {
                let reach = 0.02 * width.min(height);
                Shadow::Lying {
                    tight: Blurred::new(mask, 0.006),
                    wide: Blurred::new(mask, 0.035),
                    offset: (
                        -scene.light.side() * reach,
                        if scene.light == Light::Overhead {
                            0.0
                        } else {
                            reach * 0.6
                        },
                    ),
                }
            }
            // A product that the frame cuts off stands somewhere below it.
            (Some(product), View::Front) if product.bottom >= height - 1.5 => Shadow::None,
            (Some(product), View::Front) => Shadow::Standing {
                middle: product.foot_middle,
                half: product.foot_half.max(2.0),
                ground: product.bottom,
            },
        };
        Self {
            scene,
            base,
            wall,
            width,
            height,
            horizon,
            vanishing: horizon - 0.55 * height,
            ground,
            shadow,
            seed,
        }
    }

    fn color(&self, x: f32, y: f32) -> Lab {
        let surface = match self.scene.view {
            View::Top => self.surface_from_above(x, y),
            View::Front => self.surface_from_front(x, y),
        };
        let mut color = match self.scene.view {
            View::Top => surface,
            View::Front => {
                let wall = self.wall_color(x, y);
                let share = self.surface_share(y);
                mix(wall, surface, share)
            }
        };
        let light = self.light(x, y) * (1.0 - self.shade(x, y));
        color.l *= light;
        color.a *= light.sqrt();
        color.b *= light.sqrt();
        // Sensor grain: a surface without any looks drawn.
        color.l += (noise::hash(x as i32, y as i32, self.seed ^ 0x5eed) - 0.5) * 0.006;
        color.l = color.l.clamp(0.0, 1.0);
        color
    }

    /// How much of the pixel is surface and not wall. Sheets curve up; boards and slabs end, a
    /// little out of focus.
    fn surface_share(&self, y: f32) -> f32 {
        let band = match self.scene.surface {
            Surface::Wood | Surface::Stone => 0.008,
            Surface::Linen | Surface::Paper | Surface::Seamless => 0.30,
        } * self.height;
        smooth_step((y - self.horizon) / band + 0.5)
    }

    fn surface_from_front(&self, x: f32, y: f32) -> Lab {
        let below = (y - self.vanishing).max(self.height * 0.05);
        let at_ground = self.ground - self.vanishing;
        let scale = at_ground / below;
        // One pixel down at the product is about two and a bit on the surface: a camera held low.
        let depth = 2.2 * at_ground / self.height;
        let u = (x - self.width / 2.0) / self.height * scale;
        let v = depth * scale;
        let out_of_focus = (y - self.ground).abs() / self.height * 0.012;
        let finest = (scale / self.height).max(depth * at_ground / (below * below)) + out_of_focus;
        self.textured(u, v, finest)
    }

    fn surface_from_above(&self, x: f32, y: f32) -> Lab {
        let size = self.width.max(self.height);
        self.textured(x / size, y / size, 1.0 / size)
    }

    fn textured(&self, u: f32, v: f32, finest: f32) -> Lab {
        let (l, b) = surface::texture(self.scene.surface, u, v, finest, self.seed);
        // Texture is a share of the light that falls on it, so dark surfaces show less.
        let depth = 0.35 + 0.65 * self.base.l;
        Lab {
            l: self.base.l + l * depth,
            a: self.base.a,
            b: self.base.b + b,
        }
    }

    fn wall_color(&self, x: f32, y: f32) -> Lab {
        let (u, v) = (x / self.height, y / self.height);
        let clouds = noise::fractal(u * 2.5, v * 2.5, 3, 0.004, self.seed ^ 0xa11) * 0.012;
        Lab {
            l: self.wall.l + clouds,
            ..self.wall
        }
    }

    /// Brighter toward the lamp, darker into the corners.
    fn light(&self, x: f32, y: f32) -> f32 {
        let (u, v) = (x / self.width * 2.0 - 1.0, y / self.height * 2.0 - 1.0);
        let side = self.scene.light.side();
        let toward = if side == 0.0 {
            -v * 0.5
        } else {
            side * u * 0.85 - v * 0.25
        };
        let corner = (u * u + v * v) * 0.5;
        1.0 + 0.055 * toward - 0.05 * corner
    }

    /// Share of the light that the product takes away, 0 to 1.
    fn shade(&self, x: f32, y: f32) -> f32 {
        match &self.shadow {
            Shadow::None => 0.0,
            Shadow::Standing {
                middle,
                half,
                ground,
            } => self.standing_shade(x, y, *middle, *half, *ground),
            Shadow::Lying {
                tight,
                wide,
                offset,
            } => {
                let near = tight.at(x - offset.0 * 0.25, y - offset.1 * 0.25);
                let far = wide.at(x - offset.0, y - offset.1);
                1.0 - (1.0 - near * 0.34) * (1.0 - far * 0.40)
            }
        }
    }

    fn standing_shade(&self, x: f32, y: f32, middle: f32, half: f32, ground: f32) -> f32 {
        // A circle on the ground, seen from a little above.
        let flat = 0.30;
        let away = -self.scene.light.side();
        let ellipse = |cx: f32, cy: f32, rx: f32, ry: f32| ((x - cx) / rx).hypot((y - cy) / ry);
        let rim = ground - half * flat * 0.75;
        let contact = fade(
            ellipse(middle, rim, half * 1.16, half * flat * 1.30),
            0.80,
            1.18,
        );
        let near = fade(
            ellipse(
                middle + away * half * 0.35,
                rim,
                half * 1.55,
                half * flat * 1.75,
            ),
            0.45,
            1.35,
        );
        let cast = fade(
            ellipse(
                middle + away * half * 1.35,
                rim - half * flat * 0.25,
                half * if away == 0.0 { 1.9 } else { 2.5 },
                half * flat * 1.9,
            ),
            0.15,
            1.25,
        );
        1.0 - (1.0 - contact * 0.42) * (1.0 - near * 0.26) * (1.0 - cast * 0.20)
    }
}

/// The kept part of the picture, as far as its shadow needs it.
struct Product {
    top: f32,
    bottom: f32,
    foot_middle: f32,
    foot_half: f32,
}

impl Product {
    /// Measures what the mask leaves alone; `None` when that is nothing, or next to nothing.
    fn measure(mask: &Mask) -> Option<Self> {
        let width = mask.width() as usize;
        let kept = |row: &[u8]| row.iter().filter(|v| **v <= 127).count();
        let rows: Vec<&[u8]> = mask.coverage().chunks_exact(width.max(1)).collect();
        let enough = |row: &&[u8]| kept(row) > width / 200;
        let top = rows.iter().position(enough)?;
        let bottom = rows.iter().rposition(enough)?;
        // The foot is the outline of the lowest part.
        let foot = &rows[bottom - (bottom - top) * 8 / 100..=bottom];
        let left = foot
            .iter()
            .filter_map(|row| row.iter().position(|v| *v <= 127))
            .min()?;
        let right = foot
            .iter()
            .filter_map(|row| row.iter().rposition(|v| *v <= 127))
            .max()?;
        Some(Self {
            top: top as f32,
            bottom: (bottom + 1) as f32,
            foot_middle: (left + right + 1) as f32 / 2.0,
            foot_half: (right + 1 - left) as f32 / 2.0,
        })
    }
}

/// The kept part, blurred, at a size at which blurring is cheap.
struct Blurred {
    width: usize,
    height: usize,
    scale: f32,
    values: Vec<f32>,
}

impl Blurred {
    /// `radius` is a share of the longer side.
    fn new(mask: &Mask, radius: f32) -> Self {
        const LONGEST: f32 = 384.0;
        let scale = (LONGEST / mask.width().max(mask.height()) as f32).min(1.0);
        let side = |pixels: u32| ((pixels as f32 * scale).round() as u32).max(1);
        let small = mask.scaled(side(mask.width()), side(mask.height()));
        let (width, height) = (small.width() as usize, small.height() as usize);
        let mut values: Vec<f32> = small
            .coverage()
            .iter()
            .map(|v| 1.0 - f32::from(*v) / 255.0)
            .collect();
        let pixels = ((radius * width.max(height) as f32).round() as usize).max(1);
        // Three boxes make nearly a Gaussian.
        for _ in 0..3 {
            values = box_rows(&values, width, height, pixels);
            values = transpose(
                &box_rows(&transpose(&values, width, height), height, width, pixels),
                height,
                width,
            );
        }
        Self {
            width,
            height,
            scale,
            values,
        }
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let u = (x * self.scale - 0.5).clamp(0.0, (self.width - 1) as f32);
        let v = (y * self.scale - 0.5).clamp(0.0, (self.height - 1) as f32);
        let (left, top) = (u as usize, v as usize);
        let (right, below) = (
            (left + 1).min(self.width - 1),
            (top + 1).min(self.height - 1),
        );
        let (fx, fy) = (u - left as f32, v - top as f32);
        let at = |x: usize, y: usize| self.values[y * self.width + x];
        let upper = at(left, top) * (1.0 - fx) + at(right, top) * fx;
        let lower = at(left, below) * (1.0 - fx) + at(right, below) * fx;
        upper * (1.0 - fy) + lower * fy
    }
}

fn box_rows(values: &[f32], width: usize, height: usize, radius: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(width * height);
    for row in values.chunks_exact(width) {
        let at = |i: isize| row[i.clamp(0, width as isize - 1) as usize];
        let reach = radius as isize;
        let mut sum: f32 = (-reach..=reach).map(at).sum();
        for x in 0..width as isize {
            out.push(sum / (2 * radius + 1) as f32);
            sum += at(x + reach + 1) - at(x - reach);
        }
    }
    out
}

fn transpose(values: &[f32], width: usize, height: usize) -> Vec<f32> {
    (0..width)
        .flat_map(|x| (0..height).map(move |y| values[y * width + x]))
        .collect()
}

fn mix(a: Lab, b: Lab, share: f32) -> Lab {
    let part = |a: f32, b: f32| a + (b - a) * share;
    Lab {
        l: part(a.l, b.l),
        a: part(a.a, b.a),
        b: part(a.b, b.b),
    }
}

/// 1 inside `from`, 0 outside `to`.
fn fade(radius: f32, from: f32, to: f32) -> f32 {
    1.0 - smooth_step((radius - from) / (to - from))
}
