public import Hummingbird
public import HTTPTypes

/// A page as people see it: in one language, with a way to the other, readable by everyone and without scripts.
public struct Page: Sendable {
    private let language: Language
    private let title: String
    private let isTest: Bool
    private let content: HTML
    private let refreshing: Int?
    private let query: String?

    /// A page.
    ///
    /// - Parameters:
    ///   - language: what it is written in.
    ///   - title: what it is about, in a few words.
    ///   - isTest: whether test ID cards are accepted, which every page then says (A127).
    ///   - refreshing: after how many seconds a browser looks again.
    ///   - query: what the address has behind its `?`, for a page that is nothing without: the other language keeps it.
    ///   - content: what stands in it.
    public init(
        _ language: Language, title: String, isTest: Bool, refreshing: Int? = nil,
        keeping query: String? = nil,
        content: HTML
    ) {
        self.language = language
        self.title = title
        self.isTest = isTest
        self.refreshing = refreshing
        self.query = query
        self.content = content
    }

    /// The answer with this page.
    public func response(_ status: HTTPResponse.Status = .ok) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.cacheControl] = "no-store"
        headers[.contentLanguage] = language.rawValue
        if let refreshing, let name = HTTPField.Name("Refresh") {
            headers[name] = "\(refreshing)"
        }
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: document.markup)))
    }

    private var document: HTML {
        """
        <!doctype html>
        <html lang="\(language.rawValue)">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title)</title>
        <link rel="stylesheet" href="/style.css">
        </head>
        <body>
        <a class="skip" href="#main">\(language(.skip))</a>
        <header>
        \(isTest ? testBanner : .empty)
        <nav aria-label="\(language(.languages))"><a href="?lang=\(language.other.rawValue)\(query.map { "&" + $0 } ?? "")" \
        lang="\(language.other.rawValue)" hreflang="\(language.other.rawValue)">\(language.other.name)</a></nav>
        </header>
        <main id="main">
        \(content)
        </main>
        </body>
        </html>

        """
    }

    private var testBanner: HTML {
        """
        <p class="test" role="note">\(language(.testBanner))</p>
        """
    }
}

extension Message {
    fileprivate static let skip = Message("本文へ", "Skip to the content")
    fileprivate static let languages = Message("言語", "Language")
    fileprivate static let testBanner = Message(
        "試験運用：試験用の本人確認カードを受け付けています。本物の会員証ではありません。",
        "Test operation: test ID cards are accepted. Cards issued here are not real ones.")
}

extension Response {
    /// Sends the browser on with a GET.
    public static func seeOther(_ location: String) -> Response {
        Response(status: .seeOther, headers: [.location: location, .cacheControl: "no-store"])
    }

    /// Gives the browser another session with this answer: what somebody may have known before logging in is worth nothing after.
    public func renewing(_ session: BrowserSession) -> Response {
        var response = self
        response.headers[.renewedSession] = session.ticket
        return response
    }

    /// JSON that is not to be kept.
    public static func json(
        _ text: String, _ status: HTTPResponse.Status = .ok, caching: String = "no-store",
        type: String = "application/json"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type, .cacheControl: caching],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
