internal import Pages
internal import Tegata

/// A good verdict as people see it.
struct VerdictView {
    let verdict: Verdict
    let counter: Counter

    func html(_ language: Language) async -> HTML {
        let isCard = verdict.serial != nil
        return """
            <section class="verdict good" role="status">
            <h2>✓ \(language(isCard ? .good : .goodPerson))</h2>
            \(verdict.usesTestAnchors ? testNote(language) : .empty)
            \(verdict.serial.map { number($0) })
            <dl>
            \(await counter.name(of: verdict.edition, verdict.issuer, language))
            \(isCard ? card(language) : .empty)
            <dt>\(language(.person))</dt><dd>\(person(language))</dd>
            </dl>
            </section>
            """
    }

    private func testNote(_ language: Language) -> HTML {
        """
        <p class="test" role="note">TEST · \(language(.testCards))</p>
        """
    }

    private func number(_ serial: UInt32) -> HTML {
        """
        <p class="big">№ \(serial) / \(verdict.limit)</p>
        """
    }

    private func card(_ language: Language) -> HTML {
        let benefits = verdict.benefits.map { language.label($0) }.joined(separator: ", ")
        let claims = verdict.claims.map { claim -> HTML in
            """
            <dt>\(language.label(claim.name))</dt><dd>\(claim.value.cut(to: 400))</dd>
            """
        }
        return """
            <dt>\(language(.benefits))</dt><dd>\(benefits.isEmpty ? language(.none) : benefits)</dd>
            \(HTML.join(claims))
            <dt>\(language(.holder))</dt>\
            <dd>\(language(verdict.isHolderProven ? .holderProven : .holderNotProven))</dd>
            """
    }

    private func person(_ language: Language) -> String {
        switch verdict.person {
        case .notAsked: language(.personNotAsked)
        case .proven: language(.personProven)
        case .provenRevocationNotChecked:
            language(.personProven) + " · " + language(.revocationNotChecked)
        }
    }
}
