internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import ServiceKit
internal import Tegata

/// One line for each request: what was asked for, not with what; how it ended and why. No address, no query, no body (R8).
struct LogMiddleware: RouterMiddleware {
    let counters: Counters

    @concurrent func handle(
        _ request: Request, context: WebContext,
        next: @concurrent (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let reason = HTTPField.Name.reason.flatMap { response.headers[$0] } ?? "-"
        // The pattern of the path: what stands in its place may be a secret.
        let path = context.endpointPath ?? "-"
        let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
        await counters.count(path: path, status: response.status.code, reason: reason)
        context.logger.info(
            "\(request.method.rawValue) \(path) \(response.status.code) \(reason) \(Int(milliseconds)) ms")
        return response
    }
}

/// What every answer says about itself: nothing from elsewhere, no framing, no guessing, no referrer.
struct HeaderMiddleware: RouterMiddleware {
    let isTLS: Bool

    @concurrent func handle(
        _ request: Request, context: WebContext,
        next: @concurrent (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        let headers = [
            "Content-Security-Policy":
                "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
                + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
        ]
        for (name, value) in headers {
            if let name = HTTPField.Name(name), response.headers[name] == nil {
                response.headers[name] = value
            }
        }
        if isTLS { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        return response
    }
}

/// Turns a refusal into an answer: a page in the reader's language, or JSON, both with the stable reason.
struct RefusalMiddleware: RouterMiddleware {
    let isTest: Bool

    @concurrent func handle(
        _ request: Request, context: WebContext,
        next: @concurrent (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let refusal as Refusal {
            return answer(refusal, to: request, context)
        } catch IssuingError.refused(let refusal) {
            return answer(refusal, to: request, context)
        } catch let error as HTTPError {
            var response = answer(
                error.status == .notFound ? .unsupported : .malformed, to: request, context)
            response.status = error.status
            return response
        } catch {
            // What went wrong inside is for the log, and not even there in a stranger's words.
            context.logger.error("unexpected \(type(of: error))")
            return answer(.unavailable, to: request, context)
        }
    }

    private func answer(
        _ refusal: Refusal, to request: Request, _ context: WebContext
    ) -> Response {
        let language = BrowserMiddleware.language(of: request)
        var response: Response
        if request.headers[.accept]?.contains("text/html") == true {
            response = Page(
                language, title: language(.refused), isTest: isTest,
                content: RefusalNote(refusal).html(language)
            ).response(refusal.status)
        } else {
            response = .json(#"{"error":"\#(refusal.rawValue)"}"#, refusal.status)
        }
        if let name = HTTPField.Name.reason { response.headers[name] = refusal.rawValue }
        return response
    }
}

struct LimitMiddleware: RouterMiddleware {
    let limit: RateLimit

    @concurrent func handle(
        _ request: Request, context: WebContext,
        next: @concurrent (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard await limit.allows(context.client) else { throw Refusal.limitExceeded }
        return try await next(request, context)
    }
}

/// Finds out session and language, and keeps both in cookies of the browser.
struct BrowserMiddleware: RouterMiddleware {
    let isTLS: Bool
    private static let languageCookie = "tegata-language"

    static func language(of request: Request) -> Language {
        if let wish = request.uri.queryParameters["lang"],
            let language = Language(rawValue: String(wish))
        {
            return language
        }
        return request.cookies[languageCookie].flatMap { Language(rawValue: $0.value) }
            ?? Language(accepting: request.headers[.acceptLanguage])
    }

    @concurrent func handle(
        _ request: Request, context: WebContext,
        next: @concurrent (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.language = Self.language(of: request)
        let known = BrowserSession(cookie: request.cookies[BrowserSession.cookie]?.value)
        if let known { context.session = known }
        var response = try await next(request, context)
        guard response.headers[.contentType]?.hasPrefix("text/html") == true
            || response.status == .seeOther
        else { return response }
        if known == nil {
            response.setCookie(cookie(BrowserSession.cookie, context.session.ticket))
        }
        if request.uri.queryParameters["lang"] != nil {
            response.setCookie(cookie(Self.languageCookie, context.language.rawValue))
        }
        return response
    }

    private func cookie(_ name: String, _ value: String) -> Cookie {
        Cookie(
            name: name, value: value, path: "/", secure: isTLS, httpOnly: true, sameSite: .lax)
    }
}

extension HTTPField.Name {
    /// The stable reason of a refusal, for machines.
    static let reason = HTTPField.Name("Tegata-Reason")
}

extension Refusal {
    /// The status of an answer with this reason.
    var status: HTTPResponse.Status {
        switch self {
        case .unavailable, .statusUnknown: .serviceUnavailable
        case .limitExceeded: .tooManyRequests
        case .unauthorized: .forbidden
        case .conflict, .replayed, .soldOut, .alreadyClaimed: .conflict
        case .expired: .gone
        default: .badRequest
        }
    }
}
