//! The table of error codes: a public contract, one row a code.
//!
//! A row gives the code's name (as in `extensions.code` or `UserError.code`), where it travels, the HTTP status a
//! request error gets, and one sentence for the documentation. The snapshot test at the end is the published list.

use std::fmt;

/// Where a code reaches the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Travels {
    /// In the top-level `errors` list, under `extensions.code`.
    Errors,
    /// In a payload's `userErrors`.
    UserErrors,
    /// In either: a query has no payload to carry it.
    Both,
}

macro_rules! codes {
    ($($variant:ident = $name:literal, $travels:ident, $status:literal, $meaning:literal;)+) => {
        /// Every code a client can meet.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $variant,)+
        }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            pub const fn travels(self) -> Travels {
                match self { $(Self::$variant => Travels::$travels,)+ }
            }

            /// The HTTP status when the whole request fails with this code.
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }
        }
    };
}

codes! {
    BadRequest = "BAD_REQUEST", Errors, 400, "the request is not a well-formed GraphQL request";
    ParseFailed = "GRAPHQL_PARSE_FAILED", Errors, 400, "the document is not valid GraphQL syntax";
    ValidationFailed = "GRAPHQL_VALIDATION_FAILED", Errors, 400, "the document or its variables do not fit the schema";
    OperationTooComplex = "OPERATION_TOO_COMPLEX", Errors, 400, "the operation costs more than the limit";
    OperationTooDeep = "OPERATION_TOO_DEEP", Errors, 400, "the operation nests deeper than the limit";
    TooManyAliases = "TOO_MANY_ALIASES", Errors, 400, "the operation uses more aliases than the limit";
    TooManyRootFields = "TOO_MANY_ROOT_FIELDS", Errors, 400, "the operation selects more root fields than the limit";
    DocumentTooLarge = "DOCUMENT_TOO_LARGE", Errors, 400, "the document has more tokens, directives or variables than the limit";
    CrossSiteRefused = "CROSS_SITE_REFUSED", Errors, 403, "a browser could send this request across sites without asking";
    MethodNotAllowed = "METHOD_NOT_ALLOWED", Errors, 405, "the operation may not be sent with this HTTP method";
    NotAcceptable = "NOT_ACCEPTABLE", Errors, 406, "none of the accepted media types can be produced";
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", Errors, 415, "the body's media type is not understood";
    PayloadTooLarge = "PAYLOAD_TOO_LARGE", Errors, 413, "the body is larger than the limit";
    Unauthenticated = "UNAUTHENTICATED", Errors, 401, "signing in is needed, or the access token is no longer valid";
    Forbidden = "FORBIDDEN", Errors, 403, "the caller lacks the permission";
    RateLimited = "RATE_LIMITED", Errors, 429, "too many requests; try again later";
    TimedOut = "TIMED_OUT", Errors, 504, "the operation took longer than the limit";
    Unavailable = "UNAVAILABLE", Errors, 503, "a part the operation needs is not available now";
    Internal = "INTERNAL", Errors, 500, "something went wrong on our side; the request id finds it in the log";
    NotFound = "NOT_FOUND", Both, 404, "nothing has this id, or the caller may not know that it exists";
    ExportExpired = "EXPORT_EXPIRED", Errors, 410, "the export's file was removed when its time had run out";
    Invalid = "INVALID", Both, 400, "the value is not of the form the field takes";
    Required = "REQUIRED", UserErrors, 400, "the field is needed here";
    AlreadyExists = "ALREADY_EXISTS", UserErrors, 409, "another object has this value already";
    OutOfRange = "OUT_OF_RANGE", Both, 400, "the value lies outside the allowed range";
    TooManyItems = "TOO_MANY_ITEMS", Both, 400, "the list is longer than the limit";
    CurrencyMismatch = "CURRENCY_MISMATCH", UserErrors, 400, "the amount is in another currency";
    InvalidCredentials = "INVALID_CREDENTIALS", UserErrors, 401, "e-mail address and password do not fit together";
    EmailNotVerified = "EMAIL_NOT_VERIFIED", UserErrors, 403, "the e-mail address has to be confirmed first";
    TokenInvalid = "TOKEN_INVALID", UserErrors, 401, "the token is unknown, used or revoked";
    TokenExpired = "TOKEN_EXPIRED", UserErrors, 401, "the token's time has run out";
    PasswordTooWeak = "PASSWORD_TOO_WEAK", UserErrors, 400, "the password is too easy to guess";
    AccountLocked = "ACCOUNT_LOCKED", UserErrors, 429, "too many failed attempts; try again later";
    InsufficientStock = "INSUFFICIENT_STOCK", UserErrors, 409, "fewer pieces are left than asked for";
    ProductUnavailable = "PRODUCT_UNAVAILABLE", UserErrors, 409, "the product cannot be bought now";
    PriceChanged = "PRICE_CHANGED", UserErrors, 409, "the price is no longer the one expected";
    CartEmpty = "CART_EMPTY", UserErrors, 409, "the cart has no lines";
    CartCompleted = "CART_COMPLETED", UserErrors, 409, "the cart has become an order";
    VersionConflict = "VERSION_CONFLICT", UserErrors, 409, "somebody else changed it in between";
    VoucherNotApplicable = "VOUCHER_NOT_APPLICABLE", UserErrors, 409, "the voucher does not apply to this cart";
    ShippingNotAvailable = "SHIPPING_NOT_AVAILABLE", UserErrors, 409, "the option does not deliver to this address";
    IllegalTransition = "ILLEGAL_TRANSITION", UserErrors, 409, "the state does not allow this step";
    OrderPartlyShipped = "ORDER_PARTLY_SHIPPED", UserErrors, 409, "part of an order is on its way, and the rest is still to be sent";
    NotRefundable = "NOT_REFUNDABLE", UserErrors, 409, "the payment cannot be refunded";
    AmountTooLarge = "AMOUNT_TOO_LARGE", UserErrors, 400, "the amount exceeds what is left";
    GatewayUnavailable = "GATEWAY_UNAVAILABLE", UserErrors, 503, "the payment gateway does not answer";
    PaymentDeclined = "PAYMENT_DECLINED", UserErrors, 402, "the payment was declined";
    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED", UserErrors, 409, "the key was used before with other input";
    ExperimentRunning = "EXPERIMENT_RUNNING", UserErrors, 409, "a running experiment cannot be changed so";
    StrategyNotReady = "STRATEGY_NOT_READY", Both, 409, "the strategy has no trained model yet";
}

impl Code {
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What went wrong and what caused it, for the log: messages from the outside in.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_codes_is_a_contract() {
        let list: Vec<String> = Code::ALL
            .iter()
            .map(|code| {
                format!("{} {:?} {} {}", code.name(), code.travels(), code.http_status(), code.meaning())
            })
            .collect();
        insta::assert_snapshot!("error_codes", list.join("\n"));
    }

    #[test]
    fn every_code_reads_back_from_its_name() {
        for code in Code::ALL {
            assert_eq!(Code::from_name(code.name()), Some(*code));
        }
    }
}
