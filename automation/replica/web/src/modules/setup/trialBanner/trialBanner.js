import SetupElement from 'setup/element';

/** The row above the header of a trial org. evidence: its three texts (setup-ui section 1). */
export default class TrialBanner extends SetupElement {}
