//! How kind a product is to the planet.

use super::{error::InvalidValue, limits};

/// What is known about a product's footprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sustainability {
    /// 0 (worst) to 100.
    pub score: u8,
    /// Grams of CO2 equivalent for one piece, from cradle to gate, when known.
    pub carbon_grams: Option<i64>,
    /// Whether it can be recycled.
    pub recyclable: bool,
    /// Whether it rots.
    pub biodegradable: bool,
    /// The labels it carries.
    pub certifications: Vec<String>,
    /// Where these figures come from.
    pub source: Option<String>,
}

/// The score as a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SustainabilityGrade {
    /// 80 and above.
    A,
    /// 60 to 79.
    B,
    /// 40 to 59.
    C,
    /// 20 to 39.
    D,
    /// Below 20.
    E,
}

impl Sustainability {
    /// The score as a letter.
    pub const fn grade(&self) -> SustainabilityGrade {
        match self.score {
            80.. => SustainabilityGrade::A,
            60..80 => SustainabilityGrade::B,
            40..60 => SustainabilityGrade::C,
            20..40 => SustainabilityGrade::D,
            0..20 => SustainabilityGrade::E,
        }
    }

    /// Checks every figure against its bounds.
    ///
    /// # Errors
    /// When the score is above 100, the footprint negative or huge, or the labels too many.
    pub fn checked(self) -> Result<Self, InvalidValue> {
        if self.score > 100 {
            return Err(InvalidValue::OutOfRange { what: "score", min: 0, max: 100 });
        }
        if self.carbon_grams.is_some_and(|grams| !(0..=limits::CARBON_GRAMS).contains(&grams)) {
            return Err(InvalidValue::OutOfRange {
                what: "carbonFootprintKg",
                min: 0,
                max: limits::CARBON_GRAMS / 1000,
            });
        }
        if self.certifications.len() > limits::CERTIFICATIONS {
            return Err(InvalidValue::TooMany { what: "certifications", max: limits::CERTIFICATIONS });
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grade_follows_the_score() {
        let grade = |score| {
            Sustainability {
                score,
                carbon_grams: None,
                recyclable: true,
                biodegradable: false,
                certifications: vec![],
                source: None,
            }
            .grade()
        };
        assert_eq!([0, 19, 20, 59, 60, 79, 80, 100].map(grade), {
            use SustainabilityGrade::{A, B, C, D, E};
            [E, E, D, C, B, B, A, A]
        });
    }
}
