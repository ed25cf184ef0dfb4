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
}
