internal import Pages
internal import Tegata

/// In plain words, what a check asks for.
struct AskedView {
    let check: Check
    let counter: Counter

    func html(_ language: Language) async -> HTML {
        switch check.asks {
        case .card(let card): await html(card, language)
        case .credential(let credential): await html(credential, language)
        }
    }

    private func html(_ card: PlannedCard, _ language: Language) async -> HTML {
        var items: [HTML] = [item(language(.onlyMembership))]
        if !card.claims.isEmpty {
            let claims = card.claims.map { language.label($0) }.joined(separator: ", ")
            items.append(item("\(language(.alsoClaims)): \(claims)"))
        }
        if card.asksPerson { items.append(item(language(.alsoPerson))) }
        var kind: HTML = """
            <p>\(language(card.issuer == nil ? .anyEdition : .anyOfIssuer))</p>
            \(card.issuer.map { issuerName($0, language) })
            """
        if let edition = card.edition {
            let issuer =
                (try? await counter.issuers.edition(edition, of: card.issuer))?.profile.issuer
                ?? card.issuer ?? "—"
            kind = """
                <dl>\(await counter.name(of: edition, issuer, language))</dl>
                """
        }
        return whole(kind, items, language)
    }

    private func issuerName(_ issuer: String, _ language: Language) -> HTML {
        """
        <dl><dt>\(language(.issuer))</dt><dd><code>\(issuer)</code></dd></dl>
        """
    }

    /// What nobody vouches for is said before anybody is asked.
    private func html(_ credential: PlannedCredential, _ language: Language) async -> HTML {
        var items: [HTML] = [item(language(.onlyCredential))]
        if !credential.claims.isEmpty {
            let claims = credential.claims.map { $0.words(language) }.joined(separator: ", ")
            items.append(item("\(language(.alsoClaims)): \(claims)"))
        }
        let isBelieved = await counter.issuers.believes(credential)
        let note: HTML = """
            <p role="status">\(language(.credentialNotBelieved))</p>
            """
        return whole(
            """
            \(isBelieved ? .empty : note)
            <p>\(language(.foreignCredential))</p>
            <dl>\(credential.name(language))</dl>
            """, items, language)
    }

    private func whole(_ kind: HTML, _ items: [HTML], _ language: Language) -> HTML {
        """
        \(kind)
        <p>\(language(.asked)):</p><ul>\(HTML.join(items))</ul>
        <p class="hint">\(language(.nothingElse))</p>
        """
    }

    private func item(_ text: String) -> HTML {
        """
        <li>\(text)</li>
        """
    }
}

extension PlannedCredential {
    /// Issuer and type, by the identifiers that are compared (A45).
    func name(_ language: Language) -> HTML { credentialName(issuer, type, language) }
}

/// Issuer and type of a credential: identifiers, because nobody vouches for names.
func credentialName(_ issuer: String, _ type: String, _ language: Language) -> HTML {
    """
    <dt>\(language(.issuer))</dt><dd><code>\(issuer.cut(to: 400))</code></dd>
    <dt>\(language(.credentialType))</dt><dd><code>\(type.cut(to: 400))</code></dd>
    """
}

extension AskedPath {
    /// The path as people read it, from the outside in.
    func words(_ language: Language) -> String {
        steps.map { step in
            switch step {
            case .name(let name): language.label(name)
            case .index(let index): "\(index + 1)"
            case .all: language(.everyElement)
            }
        }.joined(separator: " › ")
    }
}
