import Foundation
import Testing

/// What people and the operator see and do.
@Suite struct PageTests {
    @Test func `pages speak the reader's language, and say that this is a test`() async throws {
        let site = try await Site.shared.value
        let browser = Browser(site.address)
        let japanese = try await browser.get("/", language: "ja")
        #expect(japanese.text.contains("<html lang=\"ja\">") && japanese.text.contains("会員証の版"))
        #expect(japanese.text.contains("試験運用"))
        let english = try await browser.get("/", language: "en-GB,en;q=0.9")
        #expect(english.text.contains("<html lang=\"en\">") && english.text.contains("Editions"))
        // A choice stays.
        _ = try await browser.get("/?lang=en")
        #expect(try await browser.get("/editions/founders").text.contains("Receive your card"))
        let edition = try await browser.get("/editions/founders?lang=ja")
        #expect(edition.text.contains("創設会員") && edition.text.contains("tegata audit"))
        #expect(edition.text.contains("/ 500"))
    }

    @Test func `a claim shows an offer, and waits for a wallet`() async throws {
        let site = try await Site.shared.value
        let browser = Browser(site.address)
        let started = try await browser.post(
            "/editions/founders/claim", [:], from: "/editions/founders")
        #expect(started.status == 303 && started.headers["location"] == "/editions/founders/claim")
        let page = try await browser.get("/editions/founders/claim")
        #expect(page.headers["refresh"] == "3" && page.text.contains("class=\"qr\""))
        #expect(page.text.contains("openid-credential-offer://?credential_offer_uri="))
        #expect(page.text.firstMatch(of: /class="big">[0-9]{6}</) != nil)
        // Another browser sees none of it (A73).
        let other = try await Browser(site.address).get("/editions/founders/claim")
        #expect(other.status == 303 && !other.text.contains("openid-credential-offer"))
        // The ID card comes after the wallet.
        let early = try await browser.post(
            "/editions/founders/prove", ["person": "aiko"], from: "/editions/founders")
        #expect(early.reason == "not_yet_valid")
    }

    @Test func `the operator opens an edition, and nobody else does (A75)`() async throws {
        let site = try await Site.shared.value
        let form = [
            "id": "spring", "limit": "5", "title_ja": "春", "title_en": "Spring", "current": "1",
        ]
        let stranger = Browser(site.address)
        let refused = try await stranger.post("/operator/open", form, from: "/operator")
        #expect(refused.status == 403 && refused.reason == "unauthorized")
        for path in ["status", "limit", "freeze"] {
            let answer = try await stranger.post(
                "/operator/founders/\(path)", ["serial": "1", "status": "revoked", "limit": "9"],
                from: "/operator")
            #expect(answer.reason == "unauthorized", "\(path)")
        }
        let wrong = try await stranger.post(
            "/operator/enter", ["password": String(site.password.dropLast())], from: "/operator")
        #expect(wrong.reason == "unauthorized")
        let office = try await Site.office.value
        #expect(try await office.post("/operator/open", form, from: "/operator").status == 303)
        #expect(try await office.get("/operator").text.contains("/ 5"))
        #expect(try await stranger.get("/editions/spring?lang=en").text.contains("Spring"))
        let metadata = try await stranger.get("/.well-known/openid-credential-issuer")
        #expect(metadata.text.contains("\"spring\""))
        // The same again is the same; another plan under the name is not.
        var other = form
        other["limit"] = "6"
        #expect(
            try await office.post("/operator/open", other, from: "/operator").reason == "conflict")
        // Limits change openly, and never below what was given.
        #expect(
            try await office.post("/operator/spring/limit", ["limit": "7"], from: "/operator")
                .status == 303)
        #expect(try await stranger.get("/editions/spring").text.contains("/ 7"))
    }

    @Test(arguments: [
        "<svg viewBox=\"0 0 1 1\"><script>alert(1)</script></svg>",
        "<svg viewBox=\"0 0 1 1\"><rect width=\"1\" height=\"1\" onload=\"x()\"/></svg>",
        "<svg viewBox=\"0 0 1 1\"><image href=\"https://evil.example/a.png\"/></svg>",
        "<svg viewBox=\"0 0 1 1\"><rect fill=\"url(https://evil.example)\"/></svg>",
        "<svg viewBox=\"0 0 1e9 1e9\"><rect width=\"1\" height=\"1\"/></svg>",
        "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg viewBox=\"0 0 1 1\"><desc>&a;</desc></svg>",
        "<svg viewBox=\"0 0 1 1\"><text>№ 1 of 500</text></svg>",
        "<svg viewBox=\"0 0 1 1\"><foreignObject/></svg>", "<html></html>", "no markup",
    ])
    func `art that could run, fetch or pretend is refused (A44)`(art: String) async throws {
        let office = try await Site.office.value
        let answer = try await office.post(
            "/operator/open", ["id": "art-\(abs(art.hashValue))", "art": art, "current": "1"],
            from: "/operator")
        #expect(answer.reason == "malformed")
    }

    @Test func `what is put into a page is text (A124, A45)`() async throws {
        let office = try await Site.office.value
        let title = "<script>alert(1)</script>\u{202E}evil"
        _ = try await office.post(
            "/operator/open",
            ["id": "markup", "title_ja": title, "title_en": title, "current": "1"],
            from: "/operator")
        for path in ["/", "/editions/markup", "/operator"] {
            let page = try await office.get(path).text
            #expect(!page.contains("<script>") && !page.contains("\u{202E}"), "\(path)")
        }
    }
}
