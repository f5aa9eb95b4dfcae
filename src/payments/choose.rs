//! Which gateways are on offer, made from the settings.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::alipay::{Alipay, AlipaySettings};
use super::sandbox::Sandbox;
use super::stripe::{Stripe, StripeSettings};
use super::wechat::{WeChatPay, WeChatSettings};
use super::{Gateway, Gateways, Remote, RemoteSettings, SigningKey, VerifyingKey};
use crate::config::Config;
use crate::context::Context;
use crate::domain::money::{Currency, parse_currency};

/// The settings name a gateway that cannot be made of them.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("payments.gateways: no gateway is called {0}")]
    NoSuchGateway(String),
    #[error("{0} is needed for this gateway")]
    Missing(&'static str),
    #[error("{key}: cannot read {path}: {source}")]
    Unreadable { key: &'static str, path: String, source: std::io::Error },
    #[error("{key}: {problem}")]
    Unfit { key: &'static str, problem: String },
}

/// The gateways that the settings name, and the sandbox by itself where it is among them. `sandbox_secret` signs its
/// webhooks.
///
/// # Errors
/// What is missing or does not fit, by the name of the setting.
pub fn choose(
    config: &Config,
    context: &Context,
    sandbox_secret: Vec<u8>,
) -> Result<(Gateways, Option<Arc<Sandbox>>), SetupError> {
    let mut offered: Vec<Arc<dyn Gateway>> = Vec::new();
    let mut sandbox = None;
    for name in &config.payments.gateways {
        offered.push(match name.as_str() {
            "sandbox" => {
                let currency = currency("shop.currency", &config.shop.currency)?;
                let made =
                    Sandbox::new(sandbox_secret.clone(), &config.public_url(), currency, context.clone());
                let made = Arc::new(made);
                sandbox = Some(Arc::clone(&made));
                made
            }
            "stripe" => Arc::new(stripe(config, context)?),
            "alipay" => Arc::new(alipay(config, context)?),
            "wechat" => Arc::new(wechat(config, context)?),
            other => return Err(SetupError::NoSuchGateway(other.to_owned())),
        });
    }
    if sandbox.is_some() && offered.len() > 1 {
        tracing::warn!("the sandbox is on offer beside real gateways: its payments move no money");
    }
    Ok((Gateways::new(offered), sandbox))
}

fn stripe(config: &Config, context: &Context) -> Result<Stripe, SetupError> {
    let given = &config.stripe;
    let currencies = given.currencies.iter().map(|code| currency("stripe.currencies", code));
    let settings = StripeSettings {
        base_url: given.base_url.clone(),
        secret_key: secret("stripe.secret_key", &given.secret_key, &given.secret_key_file)?,
        publishable_key: needed("stripe.publishable_key", &given.publishable_key)?,
        webhook_secret: secret("stripe.webhook_secret", &given.webhook_secret, &given.webhook_secret_file)?,
        currencies: currencies.collect::<Result<_, _>>()?,
    };
    Ok(Stripe::new(settings, remote(config)?, context.clone()))
}

fn alipay(config: &Config, context: &Context) -> Result<Alipay, SetupError> {
    let given = &config.alipay;
    let key = secret("alipay.private_key", &given.private_key, &given.private_key_file)?;
    let alipay_key =
        secret("alipay.alipay_public_key", &given.alipay_public_key, &given.alipay_public_key_file)?;
    let settings = AlipaySettings {
        gateway_url: given.gateway_url.clone(),
        app_id: needed("alipay.app_id", &given.app_id)?,
        key: signing("alipay.private_key", &key)?,
        alipay_key: verifying("alipay.alipay_public_key", &alipay_key)?,
        notify_url: webhook_address(config, "alipay"),
    };
    Ok(Alipay::new(settings, remote(config)?, context.clone()))
}

fn wechat(config: &Config, context: &Context) -> Result<WeChatPay, SetupError> {
    let given = &config.wechat;
    let key = secret("wechat.private_key", &given.private_key, &given.private_key_file)?;
    let api_v3_key = secret("wechat.api_v3_key", &given.api_v3_key, &given.api_v3_key_file)?;
    let unfit = |problem: &str| SetupError::Unfit { key: "wechat.api_v3_key", problem: problem.to_owned() };
    let api_v3_key =
        api_v3_key.as_bytes().try_into().map_err(|_| unfit("must have exactly 32 characters"))?;
    let mut platform_keys = HashMap::new();
    for path in &given.platform_certificate_files {
        let name = "wechat.platform_certificate_files";
        let certificate = verifying(name, &read(name, path)?)?;
        let problem = || SetupError::Unfit { key: name, problem: format!("{path} holds no certificate") };
        platform_keys.insert(certificate.serial().ok_or_else(problem)?, certificate);
    }
    if !given.public_key_id.is_empty() {
        let name = "wechat.public_key_file";
        let text = read(name, &needed(name, &given.public_key_file)?)?;
        platform_keys.insert(given.public_key_id.clone(), verifying(name, &text)?);
    }
    if platform_keys.is_empty() {
        return Err(SetupError::Missing("wechat.platform_certificate_files or wechat.public_key_id"));
    }
    let settings = WeChatSettings {
        base_url: given.base_url.clone(),
        app_id: needed("wechat.app_id", &given.app_id)?,
        merchant_id: needed("wechat.merchant_id", &given.merchant_id)?,
        merchant_serial: needed("wechat.merchant_serial", &given.merchant_serial)?,
        key: signing("wechat.private_key", &key)?,
        platform_keys,
        api_v3_key,
        notify_url: webhook_address(config, "wechat"),
    };
    Ok(WeChatPay::new(settings, remote(config)?, context.clone()))
}

/// Where a gateway sends its webhooks.
fn webhook_address(config: &Config, gateway: &str) -> String {
    format!("{}/webhooks/payments/{gateway}", config.public_url())
}

fn remote(config: &Config) -> Result<Remote, SetupError> {
    let given = &config.payments;
    let settings = RemoteSettings {
        timeout: Duration::from_secs(given.timeout_seconds),
        attempts: given.attempts,
        breaker_failures: given.breaker_failures,
        breaker_pause: Duration::from_secs(given.breaker_pause_seconds),
    };
    Remote::new(settings).map_err(|error| SetupError::Unfit { key: "payments", problem: error.to_string() })
}

fn needed(key: &'static str, value: &str) -> Result<String, SetupError> {
    if value.is_empty() { Err(SetupError::Missing(key)) } else { Ok(value.to_owned()) }
}

/// A secret given as text, or as the path of a file that holds it.
fn secret(key: &'static str, text: &str, path: &str) -> Result<String, SetupError> {
    match (text.is_empty(), path.is_empty()) {
        (false, _) => Ok(text.to_owned()),
        (true, false) => read(key, path).map(|text| text.trim_end().to_owned()),
        (true, true) => Err(SetupError::Missing(key)),
    }
}

fn read(key: &'static str, path: &str) -> Result<String, SetupError> {
    std::fs::read_to_string(Path::new(path)).map_err(|source| {
        let path = path.to_owned();
        SetupError::Unreadable { key, path, source }
    })
}

fn signing(key: &'static str, text: &str) -> Result<SigningKey, SetupError> {
    SigningKey::read(text).map_err(|error| SetupError::Unfit { key, problem: error.to_string() })
}

fn verifying(key: &'static str, text: &str) -> Result<VerifyingKey, SetupError> {
    VerifyingKey::read(text).map_err(|error| SetupError::Unfit { key, problem: error.to_string() })
}

fn currency(key: &'static str, code: &str) -> Result<Currency, SetupError> {
    parse_currency(code).map_err(|error| SetupError::Unfit { key, problem: error.to_string() })
}
