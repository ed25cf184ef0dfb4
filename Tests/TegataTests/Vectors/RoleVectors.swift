import TestSupport
import Testing

/// `make vectors` runs this with `WRITE_VECTORS`, which writes the files; otherwise they are compared.
@Suite struct RoleVectors {
    @Test func `editions are what this code makes`() async throws {
        #expect(try editionVectors(await RoleStory()).isReproduced())
    }

    @Test func `the guard's numbers are what this code makes`() throws {
        #expect(try numberGuardVectors().isReproduced())
    }

    @Test func `cards are what this code makes`() async throws {
        #expect(try cardVectors(await RoleStory()).isReproduced())
    }

    @Test func `presentations are what this code makes`() async throws {
        #expect(try presentationVectors(await RoleStory()).isReproduced())
    }

    @Test func `status lists are what this code makes`() async throws {
        #expect(try statusVectors(await RoleStory()).isReproduced())
    }

    @Test func `services are what this code makes`() async throws {
        #expect(try serviceVectors(await RoleStory()).isReproduced())
    }

    @Test func `what servers remember is what this code makes`() throws {
        #expect(try stateVectors().isReproduced())
    }

    @Test func `trust bundles are what this code makes`() async throws {
        #expect(try trustVectors(await RoleStory()).isReproduced())
    }

    @Test func `notices are what this code makes`() async throws {
        #expect(try noticeVectors(await RoleStory()).isReproduced())
    }

    @Test func `entitlements are what this code makes`() async throws {
        #expect(try entitlementVectors(await RoleStory()).isReproduced())
    }

    @Test func `links are what this code makes`() async throws {
        #expect(try await linkVectors(await RoleStory()).isReproduced())
    }

    @Test func `wallets are what this code makes`() async throws {
        #expect(try walletVectors(await RoleStory()).isReproduced())
    }

    @Test func `ID cards are what this code makes, by chance other bytes`() async throws {
        #expect(try await nationalIDVectors().isKept())
    }

    @Test func `renewals and changes of nodes are what this code makes`() async throws {
        #expect(try changeVectors(await RoleStory()).isReproduced())
    }

    @Test func `second inputs are what this code makes`() throws {
        #expect(try secondInputVectors().isReproduced())
    }

    @Test func `signature certificates are what this code makes, by chance other bytes`()
        async throws
    {
        #expect(try await signatureCertificateVectors().isKept())
    }

    @Test func `cards on P-256 are what this code makes, by chance other bytes`() async throws {
        #expect(try await es256Vectors().isKept())
    }
}
