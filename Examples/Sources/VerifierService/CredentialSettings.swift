internal import Pages
internal import ServiceKit
internal import Tegata
internal import TegataOpenID

extension VerifierService.Settings {
    /// Checks, before anybody is served, that what the plan asks for can be believed.
    ///
    /// - Throws: `KeyFile.Problem`, which names what is missing.
    func checkCredentials() throws {
        func problem(_ text: String) -> KeyFile.Problem { KeyFile.Problem(description: text) }
        guard trust == nil || plan.credentials.isEmpty else {
            throw problem(
                "\"credentials\": with a bundle only the bundle says whom to believe; take them out (外してください)"
            )
        }
        for issuer in plan.credentials {
            guard (try? CredentialTrust.Issuer(issuer)) != nil else {
                throw problem("\(issuer.issuer): an authority is no certificate (証明書ではありません)")
            }
            for address in issuer.statuses
            where !Fetcher.isAllowed(address, fromLoopback: web.isLoopback) {
                throw problem(
                    "\(address) is no https address of a public host (使えないアドレスです)")
            }
        }
        // What a bundle says is known when it has been opened, and changes.
        guard trust == nil else { return }
        for check in plan.checks {
            guard case .credential(let credential) = check.asks else { continue }
            guard plan.credentials.contains(where: { $0.vouches(for: credential) }) else {
                throw problem(
                    """
                    check \(check.id): nobody vouches for \(credential.type) of \(credential.issuer); list its issuer in "credentials", \
                    or take a bundle that does (信頼する認証局が必要です)
                    """)
            }
        }
    }
}
