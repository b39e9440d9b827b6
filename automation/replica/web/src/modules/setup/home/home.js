import SetupElement from 'setup/element';

/** Setup Home: only a header; no step of the procedure happens on it. */
export default class Home extends SetupElement {}
