//! Passwords: what makes one good enough, and argon2id off the request threads, few at a time.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::context::Context;
use crate::services::error::{Problem, ServiceError};

const SHORTEST: usize = 8;
const LONGEST: usize = 128;
/// How long a request waits for its turn before it is told that the shop is busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// The effort of one hash: OWASP's second recommendation for argon2id, 19 MiB and two passes.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// Checks a new password against length, guessability and the owner's own names.
pub(super) fn check_strength(password: &str, email: &str, display_name: &str) -> Result<(), Problem> {
    let weak = |hint| Err(Problem::PasswordTooWeak { hint });
    // Bytes first: nothing is counted or folded that is far too long anyway.
    if password.len() > LONGEST * 4 || password.chars().count() > LONGEST {
        return weak("use at most 128 characters");
    }
    if password.chars().count() < SHORTEST {
        return weak("use at least 8 characters");
    }
    let folded = password.to_lowercase();
    let mut distinct: Vec<char> = folded.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 5 {
        return weak("use at least five different characters");
    }
    if is_run(&folded) {
        return weak("avoid plain sequences");
    }
    let stem: String =
        folded.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation()).to_owned();
    if COMMON.split_whitespace().any(|common| folded == common || stem == common) {
        return weak("it is among the first ones tried");
    }
    let local = email.split('@').next().unwrap_or_default().to_lowercase();
    let name = display_name.to_lowercase();
    if [local, name, email.to_lowercase()]
        .iter()
        .any(|own| own.len() >= 4 && (folded == *own || stem == *own))
    {
        return weak("do not use your own name or address");
    }
    Ok(())
}

/// Whether every character follows the one before: "abcdefgh", "87654321".
fn is_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    [1, -1].iter().any(|step| codes.windows(2).all(|pair| pair[1] - pair[0] == *step))
}

/// Hashes and verifies on blocking threads, a bounded number at once.
#[derive(Clone)]
pub(super) struct Passwords {
    turns: Arc<Semaphore>,
    context: Context,
    /// A hash nobody's password has, verified when there is no account, so that both answers take the same time.
    decoy: Arc<OnceLock<String>>,
}

impl Passwords {
    pub(super) fn new(context: Context) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { turns: Arc::new(Semaphore::new(cores.div_ceil(2))), context, decoy: Arc::default() }
    }

    /// The PHC string of a password.
    pub(super) async fn hash(&self, password: &str) -> Result<String, ServiceError> {
        let salt: [u8; 16] = self.context.random_bytes();
        let password = normalised(password);
        self.apart(move || hash_with(&password, &salt)).await?
    }

    /// Whether the password is the one hashed; with no hash at all the same work is done, and the answer is no.
    pub(super) async fn verify(&self, password: &str, hash: Option<String>) -> Result<bool, ServiceError> {
        // Longer than any that was ever set, and not worth a turn.
        if password.len() > LONGEST * 4 {
            return Ok(false);
        }
        let password = normalised(password);
        let salt: [u8; 16] = self.context.random_bytes();
        let decoy = Arc::clone(&self.decoy);
        self.apart(move || {
            let known = hash.is_some();
            let hash = match hash {
                Some(hash) => hash,
                None => match decoy.get() {
                    Some(decoy) => decoy.clone(),
                    None => decoy.get_or_init(|| hash_with("", &salt).unwrap_or_default()).clone(),
                },
            };
            let parsed = PasswordHash::new(&hash).map_err(|error| {
                ServiceError::Internal(format!("a stored password hash does not read: {error}"))
            })?;
            Ok(argon2()?.verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await?
    }

    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(ServiceError::Busy) };
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        });
        done.await.map_err(|error| ServiceError::Internal(format!("password work was cut short: {error}")))
    }
}

/// One form whatever the keyboard: composed and decomposed accents are the same password.
fn normalised(password: &str) -> String {
    password.nfkc().collect()
}

fn argon2() -> Result<Argon2<'static>, ServiceError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None)
        .map_err(|error| ServiceError::Internal(format!("argon2 refuses its parameters: {error}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_with(password: &str, salt: &[u8]) -> Result<String, ServiceError> {
    let hash: PasswordHash = argon2()?
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(|error| ServiceError::Internal(format!("argon2 failed: {error}")))?;
    Ok(hash.to_string())
}

/// What guessers try first, as far as it is eight characters or becomes so with digits behind it.
const COMMON: &str = "password passwort passw0rd p@ssword p@ssw0rd motdepasse contraseña iloveyou sunshine princess \
football baseball basketball superman batman starwars whatever trustno1 letmein welcome monkey dragon master shadow \
michael jennifer computer internet samsung qwertyui qwerty qwertyuiop qwertz qwertzui azerty asdfghjk asdfghjkl \
zxcvbnm 1q2w3e4r 1qaz2wsx q1w2e3r4 qazwsxedc abc12345 abcd1234 a1b2c3d4 12341234 11223344 123123123 12344321 \
administrator admin secret changeme default testtest test1234 hallo hello liverpool charlie freedom pokemon \
minecraft shelfwise";

#[cfg(test)]
mod tests {
    use super::*;

    fn strength(password: &str) -> Result<(), Problem> {
        check_strength(password, "maria.lopez@example.org", "Maria Lopez")
    }

    #[test]
    fn easily_guessed_passwords_are_refused() {
        for weak in [
            "",
            "short",
            "password",
            "Password1!",
            "12345678",
            "hgfedcba",
            "aaaaaaaaaaaa",
            "abababab",
            "qwertyui2024",
            "maria.lopez",
            "MARIA LOPEZ",
            "maria.lopez1",
            &"x1y2z3w4".repeat(17),
        ] {
            assert!(matches!(strength(weak), Err(Problem::PasswordTooWeak { .. })), "{weak}");
        }
        for good in ["correct horse battery", "Tr0ub4dor&3", "пароль-длинный", "s9!kQz02"] {
            assert_eq!(strength(good), Ok(()), "{good}");
        }
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let passwords = Passwords::new(Context::system());
        let hash = passwords.hash("café au lait").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("cafe\u{301} au lait", Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("tea", Some(hash)).await.unwrap());
        assert!(!passwords.verify("", None).await.unwrap());
    }
}
