//! Product pictures drawn from a handful of numbers: a silhouette, a colour, a pattern, a backdrop.
//!
//! A [`PictureSpec`] is all a shop has to store; [`picture_svg`] turns it into the same small,
//! script-free SVG every time.

mod home;
mod wear;

use std::fmt;
use std::str::FromStr;

use super::SimulateError;

/// A colour a product can have, by the name a shopper would read.
pub const COLOURS: &[(&str, &str)] = &[
    ("Ocean Blue", "#3f6f9f"),
    ("Moss Green", "#6b8e5a"),
    ("Terracotta", "#c26a4a"),
    ("Oat", "#d9c5a0"),
    ("Charcoal", "#4a4f55"),
    ("Mustard", "#d9a441"),
    ("Berry", "#9c3f5f"),
    ("Sky", "#8ab8d6"),
    ("Lavender", "#9a8cc2"),
    ("Coral", "#e8836b"),
    ("Forest", "#3d6650"),
    ("Blush", "#e3a9a3"),
    ("Teal", "#3f8f8c"),
    ("Ivory", "#e9dfc9"),
    ("Plum", "#6d4a72"),
    ("Rust", "#a9502f"),
    ("Mint", "#9fcfb4"),
    ("Navy", "#2f4468"),
    ("Sand", "#cdb38b"),
    ("Cherry", "#bf3b3b"),
    ("Slate", "#77838f"),
    ("Honey", "#e0b04f"),
    ("Cocoa", "#7a5642"),
    ("Sage", "#a3b48e"),
];

/// Soft pairs for the background, top and bottom.
const BACKDROPS: &[(&str, &str)] = &[
    ("#fbf3e7", "#f1e2cc"),
    ("#eef5f1", "#d9e9df"),
    ("#eef3fa", "#d8e4f2"),
    ("#fbeeee", "#f3dcda"),
    ("#f4f0fa", "#e3dbf1"),
    ("#f6f6f1", "#e5e5db"),
    ("#fdf6dd", "#f5e8b8"),
    ("#eaf6f7", "#cfe7e9"),
];

/// Motifs printed on the body; the first is plain.
const MOTIFS: &[(&str, &str)] = &[
    ("plain", ""),
    ("striped", "<path d='M0 6h24M0 18h24' stroke='@l' stroke-width='4' opacity='.6'/>"),
    ("dotted", "<circle cx='6' cy='6' r='3.4' fill='@l'/><circle cx='18' cy='18' r='3.4' fill='@l'/>"),
    ("leafy", "<path d='M4 20c0-10 6-16 16-16 0 10-6 16-16 16z' fill='@d' opacity='.35'/>"),
    ("checked", "<path d='M0 0h12v12h-12zM12 12h12v12h-12z' fill='@d' opacity='.22'/>"),
    (
        "speckled",
        "<circle cx='5' cy='8' r='1.5' fill='@d'/><circle cx='17' cy='4' r='1.1' fill='@d'/><circle cx='13' cy='19' r='1.7' fill='@d'/><circle cx='21' cy='14' r='1' fill='@d'/>",
    ),
    ("wavy", "<path d='M0 12q6-9 12 0t12 0' fill='none' stroke='@l' stroke-width='3' opacity='.7'/>"),
];

/// Everything needed to draw a product.
///
/// Its text form, such as `mug-12-3-2-5`, goes into a database column or a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PictureSpec {
    shape: u8,
    colour: u8,
    motif: u8,
    backdrop: u8,
    accent: u8,
}

impl PictureSpec {
    /// The named silhouette with the other choices taken modulo what exists, or `None` for a
    /// silhouette nobody has drawn.
    pub fn new(shape: &str, colour: u8, motif: u8, backdrop: u8, accent: u8) -> Option<Self> {
        let shape = shapes().position(|(name, _)| *name == shape)?;
        Some(Self {
            shape: u8::try_from(shape).ok()?,
            colour: colour % COLOURS.len() as u8,
            motif: motif % MOTIFS.len() as u8,
            backdrop: backdrop % BACKDROPS.len() as u8,
            accent: accent % COLOURS.len() as u8,
        })
    }

    /// The name of the silhouette.
    pub fn shape(&self) -> &'static str {
        shapes().nth(usize::from(self.shape)).map_or("box", |(name, _)| name)
    }

    /// The name of the main colour.
    pub fn colour(&self) -> &'static str {
        COLOURS[usize::from(self.colour) % COLOURS.len()].0
    }

    /// The name of the motif; `plain` when there is none.
    pub fn motif(&self) -> &'static str {
        MOTIFS[usize::from(self.motif) % MOTIFS.len()].0
    }
}

impl fmt::Display for PictureSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}-{}-{}", self.shape(), self.colour, self.motif, self.backdrop, self.accent)
    }
}

impl FromStr for PictureSpec {
    type Err = SimulateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || SimulateError::Picture(text.chars().take(40).collect());
        let mut parts = text.split('-');
        let shape = parts.next().ok_or_else(bad)?;
        let mut number = || parts.next().and_then(|part| part.parse::<u8>().ok()).ok_or_else(bad);
        let spec = Self::new(shape, number()?, number()?, number()?, number()?).ok_or_else(bad)?;
        if parts.next().is_some() { Err(bad()) } else { Ok(spec) }
    }
}

/// The silhouettes that can be drawn.
pub fn shape_names() -> impl Iterator<Item = &'static str> {
    shapes().map(|(name, _)| *name)
}

fn shapes() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    home::SHAPES.iter().chain(wear::SHAPES)
}

/// The picture as a complete SVG document under 3 kB, without scripts or outside references.
pub fn picture_svg(spec: &PictureSpec) -> String {
    let (_, body) = shapes().nth(usize::from(spec.shape)).unwrap_or(&home::SHAPES[0]);
    let (_, colour) = COLOURS[usize::from(spec.colour) % COLOURS.len()];
    let (_, accent) = COLOURS[usize::from(spec.accent) % COLOURS.len()];
    let (_, motif) = MOTIFS[usize::from(spec.motif) % MOTIFS.len()];
    let (top, bottom) = BACKDROPS[usize::from(spec.backdrop) % BACKDROPS.len()];
    // Several pictures may be inlined in one page, so the ids inside carry the numbers of the spec.
    let id = format!("{}-{}-{}", spec.colour, spec.motif, spec.backdrop);
    let fill = if motif.is_empty() { colour.to_owned() } else { format!("url(#p{id})") };
    let ink = Ink {
        fill: &fill,
        main: colour,
        dark: &mixed(colour, 0, 0.28),
        light: &mixed(colour, 255, 0.45),
        accent,
    };
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 400 400' role='img'><title>{} in {}</title>\
         <defs><linearGradient id='b{id}' x2='0' y2='1'><stop stop-color='{top}'/><stop offset='1' stop-color='{bottom}'/></linearGradient>",
        escape_xml(spec.shape()),
        escape_xml(spec.colour()),
    );
    if !motif.is_empty() {
        svg.push_str(&format!(
            "<pattern id='p{id}' width='24' height='24' patternUnits='userSpaceOnUse'><rect width='24' height='24' fill='{colour}'/>"
        ));
        ink.paint(motif, &mut svg);
        svg.push_str("</pattern>");
    }
    svg.push_str(&format!(
        "</defs><rect width='400' height='400' fill='url(#b{id})'/>\
         <circle cx='200' cy='196' r='152' fill='#fff' opacity='.38'/>\
         <ellipse cx='200' cy='322' rx='118' ry='13' fill='#2f3437' opacity='.13'/>"
    ));
    ink.paint(body, &mut svg);
    svg.push_str("</svg>");
    svg
}

struct Ink<'a> {
    fill: &'a str,
    main: &'a str,
    dark: &'a str,
    light: &'a str,
    accent: &'a str,
}

impl Ink<'_> {
    fn paint(&self, drawing: &str, out: &mut String) {
        let mut rest = drawing;
        while let Some(at) = rest.find('@') {
            out.push_str(&rest[..at]);
            out.push_str(match rest.as_bytes().get(at + 1) {
                Some(b'f') => self.fill,
                Some(b'd') => self.dark,
                Some(b'l') => self.light,
                Some(b'a') => self.accent,
                Some(b'w') => "#fffaf3",
                Some(b'k') => "#2f3437",
                _ => self.main,
            });
            rest = rest.get(at + 2..).unwrap_or("");
        }
        out.push_str(rest);
    }
}

/// `#rrggbb` moved towards black (0) or white (255).
fn mixed(colour: &str, towards: u8, share: f64) -> String {
    let channel = |at: usize| {
        let value = colour.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(128);
        let mix = f64::from(value) * (1.0 - share) + f64::from(towards) * share;
        mix.round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", channel(1), channel(3), channel(5))
}

fn escape_xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\'', "&#39;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags_balance(svg: &str) -> bool {
        let mut open: Vec<&str> = Vec::new();
        let mut rest = svg;
        while let Some(start) = rest.find('<') {
            let Some(end) = rest[start..].find('>') else { return false };
            let tag = &rest[start + 1..start + end];
            let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or("");
            if tag.starts_with('/') {
                if open.pop() != Some(name) {
                    return false;
                }
            } else if !tag.ends_with('/') {
                open.push(name);
            }
            if !tag.matches('\'').count().is_multiple_of(2) {
                return false;
            }
            rest = &rest[start + end + 1..];
        }
        open.is_empty()
    }

    #[test]
    fn every_silhouette_in_every_motif_is_small_balanced_and_without_scripts() {
        for name in shape_names() {
            for motif in 0..MOTIFS.len() as u8 {
                let svg = picture_svg(&PictureSpec::new(name, motif, motif, motif, 7).unwrap());
                assert!(svg.len() < 3_000, "{name} {motif}: {} bytes", svg.len());
                assert!(tags_balance(&svg), "{name}: {svg}");
                assert!(!svg.contains('@') && !svg.contains("script") && !svg.contains("href"), "{name}");
            }
        }
    }

    #[test]
    fn silhouettes_have_names_of_their_own() {
        let mut names: Vec<_> = shape_names().collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn a_specification_survives_its_text_form() {
        let spec = PictureSpec::new("lamp", 12, 3, 2, 200).unwrap();
        assert_eq!(spec.to_string().parse::<PictureSpec>().unwrap(), spec);
    }

    #[test]
    fn malformed_specifications_are_refused() {
        for text in [
            "",
            "lamp",
            "lamp-1-2-3",
            "lamp-1-2-3-4-5",
            "spaceship-1-1-1-1",
            "lamp-1-2-3-x",
            "lamp-1-2-3-999",
        ] {
            assert!(text.parse::<PictureSpec>().is_err(), "{text}");
        }
    }
}
