quotary_library(quotary_api
  SOURCES roles.cc
    use_cases/parts.cc use_cases/making.cc use_cases/opening.cc use_cases/key_rotation.cc use_cases/certificate_renewal.cc use_cases/log_successor.cc use_cases/organisation.cc use_cases/administration.cc use_cases/issuer.cc use_cases/quotes.cc use_cases/quote_difference.cc
    use_cases/voids.cc use_cases/erasures.cc use_cases/legal_holds.cc use_cases/erasure_rules.cc use_cases/request_turn.cc use_cases/erased_keys.cc use_cases/kept_contents.cc use_cases/void_rules.cc use_cases/long_term.cc use_cases/proof_ends.cc use_cases/verify.cc use_cases/document_findings.cc use_cases/reports.cc use_cases/log.cc use_cases/log_checks.cc use_cases/service_events.cc use_cases/certificates.cc use_cases/backups.cc use_cases/verification_report.cc use_cases/sessions.cc use_cases/access_log.cc use_cases/witnessing.cc use_cases/status_proof.cc use_cases/numbers_proof.cc use_cases/period_seals.cc use_cases/time_stamping.cc
    use_cases/signature_rules.cc use_cases/signature_requests.cc use_cases/signature_messages.cc use_cases/passkeys.cc use_cases/signer_calls.cc use_cases/signer_signing.cc use_cases/signing_summary.cc
    use_cases/added_signature.cc use_cases/signed_copy.cc use_cases/signed_copies.cc use_cases/signed_scans.cc use_cases/seller_signing.cc use_cases/evidence.cc use_cases/evidence_page.cc use_cases/evidence_laws.cc use_cases/evidence_passkeys.cc
    handlers/routes.cc handlers/quotes.cc handlers/voids.cc handlers/erasures.cc handlers/signature_requests.cc handlers/signer.cc handlers/web.cc handlers/verify.cc handlers/log.cc handlers/admin.cc
    handlers/cases.cc handlers/case_schemas.cc
    handlers/case_evidence.cc handlers/case_evidence_schemas.cc
    handlers/policies.cc
    handlers/leads.cc
    handlers/boards.cc handlers/board_schemas.cc
    use_cases/cases/case_access.cc use_cases/cases/case_answers.cc use_cases/cases/case_opening.cc use_cases/cases/case_reads.cc use_cases/cases/case_steps.cc use_cases/cases/case_words.cc use_cases/cases/case_writing.cc use_cases/cases/gate_history.cc use_cases/cases/policy_calls.cc use_cases/cases/policy_trial.cc use_cases/cases/quote_gate.cc
    use_cases/cases/evidence_store.cc use_cases/cases/picture_index.cc use_cases/cases/upload_calls.cc use_cases/cases/evidence_request.cc use_cases/cases/evidence_facts.cc use_cases/cases/evidence_intake.cc use_cases/cases/evidence_reading.cc
    use_cases/cases/sheet_words.cc use_cases/cases/rendition_calls.cc handlers/evidence_sheets.cc
    use_cases/signable_words.cc use_cases/cases/confirmation_words.cc use_cases/cases/confirmation_making.cc use_cases/cases/confirmation_calls.cc use_cases/cases/confirmation_evidence.cc handlers/confirmations.cc
    handlers/uploads.cc
    use_cases/cases/lead_calls.cc use_cases/cases/lead_rows.cc use_cases/cases/board_units.cc use_cases/cases/phi_board.cc use_cases/cases/board_calls.cc
    handlers/site.cc handlers/pages.cc handlers/verify_page.cc handlers/schemas.cc handlers/docs.cc handlers/chinese.cc
  PUBLIC quotary_contents quotary_export quotary_inspecting quotary_blobs quotary_gates quotary_judging quotary_long_term quotary_web quotary_numbers quotary_witness quotary_time_stamping quotary_signature quotary_http quotary_backup quotary_records quotary_log quotary_quote quotary_pdfgen quotary_signing quotary_base Threads::Threads)
