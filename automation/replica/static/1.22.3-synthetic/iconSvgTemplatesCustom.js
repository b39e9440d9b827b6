import{a as s,_ as t}from"./pages.js";import"./app.js";const a=s({},{tmpl:t,sel:"lightning-icon-svg-templates-custom",apiVersion:66});export{a as default};
